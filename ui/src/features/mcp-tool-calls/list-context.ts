import { createContext } from 'react';

/** The ids of the list beside an open call, in its order. */
export const ToolCallIds = createContext<readonly string[]>([]);
