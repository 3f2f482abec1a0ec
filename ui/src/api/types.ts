/** Shapes of the admin API by the names the interface uses; generated from the server's own description. */
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

/** The server leaves no key out; the generator takes what may be null for optional. */
export type Served<T> = T extends (infer Item)[]
  ? Served<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Served<Exclude<T[Key], undefined>> }
    : T;

export type PublicConfig = Served<Schemas['PublicConfig']>;
export type User = Served<Schemas['User']>;
export type CurrentSession = Served<Schemas['CurrentSession']>;
export type Session = Served<Schemas['SessionBody']>;
export type Organization = Served<Schemas['Organization']>;
export type OrganizationChange = Schemas['OrganizationInput'];
export type AppearanceChange = Schemas['AppearanceInput'];

export type Label = Served<Schemas['Label']>;
export type Agent = Served<Schemas['Agent']>;
export type AgentPage = Served<Schemas['AgentPage']>;
export type AgentInput = Schemas['AgentInput'];

export type Interaction = Omit<Served<Schemas['Row']>, 'optimization'> & {
  /** The rule that had another model answer than the one asked for. */
  optimization?: { ruleId: string; model: string; baselineCost: number | null } | null;
};
export type InteractionPage = Served<Schemas['InteractionPage']>;
export type InteractionDetail = Interaction &
  Pick<Schemas['Detail'], 'request' | 'response' | 'requestText' | 'responseText' | 'truncated'>;
export type Facet = Served<Schemas['Facet']>;
export type InteractionFacets = Served<Schemas['Facets']>;

export type Home = Served<Schemas['Home']>;
export type StatCard = Served<Schemas['Card']>;
export type Attention = Served<Schemas['Attention']>;
export type TopModel = Served<Schemas['TopModel']>;
export type TopAgent = Served<Schemas['TopAgent']>;

export type TokenPrice = Served<Schemas['TokenPrice']>;
export type TokenPriceInput = Schemas['TokenPriceInput'];
export type UnpricedModel = Served<Schemas['UnpricedModel']>;

/** `/ready` belongs to the process, not to the admin API, and so is not in its description. */
export type Readiness = {
  status: string;
  checks: Record<string, { status: string; detail?: string | null }>;
};
