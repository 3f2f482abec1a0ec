import { createContext } from 'react';

/** The ids of the calls as the list behind an open call shows them, to step through them. */
export const CallIds = createContext<readonly string[]>([]);
