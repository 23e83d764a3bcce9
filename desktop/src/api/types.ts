/** The pictures the server sends. Field names are the server's; instants are ISO 8601 UTC, lengths are seconds. */

export interface PastContact {
  at: string
  direction: string
  queue: string
  agent: string
  result: string
  notes: string
  interaction: string
  disposition: string
  queue_name: string
  agent_name: string
  /** Why a call out reached nobody, for one. */
  end_cause: string
}

/** Why an agent was offered a call, with names of people. */
export interface WhyView {
  code: 'most_urgent' | 'longest_idle' | 'transferred' | 'returned' | (string & {})
  qualified: number
  idle_since: string | null
  without_skill: string[]
  missed_before: string[]
  is_last_resort: boolean
  by: string
  /** Ready and skilled, but their page is not open. */
  without_page: string[]
  policy: string
  tier: string
  waited_seconds: number
  /** The agent's proficiency, 1 to 10; 0 where it had no say. */
  level: number
  /** What is lost by passing the call over, and what is lost elsewhere while the agent takes it: in one unit. */
  urgency: number
  price: number
  /** Calls that wait longer and are less urgent for this agent. */
  ahead: { interaction: string; urgency: number }[]
  /** Agents by name who could take it too and are kept free for others. */
  kept: { agent: string; price: number }[]
  /** The queue in which the agent takes it, where the caller stands in the line of another one. */
  queue: string
  /** Agents by name who should take the call if possible, the first choice first. */
  preferred: { agent: string; preferred_as: string; state: string }[]
}

export interface CustomerCard {
  id: string
  name: string
  tier: string
  value: number
  numbers: string[]
  language: string
  last_contacts: PastContact[]
  /** The agent who looks after the customer, by id. */
  account_manager: string
}

export type WorkState = 'offered' | 'alerting' | 'dialling' | 'connected' | 'held' | 'wrap_up' | (string & {})

/** Something outside that belongs to a call; `reference` is an address on the web or an id of another program. */
export interface DocumentRef {
  name: string
  reference: string
}

export interface EarlierResult {
  agent: string
  agent_name: string
  disposition: string
  notes: string
}

export interface WorkItemView {
  id: string
  interaction: string
  state: WorkState
  direction: string
  queue: string
  queue_name: string
  entry_point: string
  ani: string
  dnis: string
  caller_name: string
  customer: CustomerCard | null
  reason: string
  answers: Record<string, string>
  waited_seconds: number
  offered_at: string
  connected_at: string | null
  wrap_up_ends_at: string | null
  dispositions: string[]
  disposition: string
  notes: string
  explanation: string
  /** Since when the customer hears music; null while not held. */
  held_at: string | null
  /** Why a call out reached nobody, as a code; empty for all others. */
  outcome: string
  documents: DocumentRef[]
  /** null for calls out. */
  why: WhyView | null
  /** Name of the colleague who sent the customer on; empty for all others. */
  transferred_by: string
  /** What others wrote of this call up to now. */
  earlier_results: EarlierResult[]
  /** Name of the script to follow; empty: none. */
  script: string
  /** A call back: of which call, and when it was promised; null for all others. */
  callback_of: string | null
  promised_at: string | null
}

export interface AgentView {
  id: string
  name: string
  extension: string
  team: string
  team_name: string
  skills: Record<string, number>
  presence: string
  reason: string
  since: string
  is_phone_reachable: boolean
  is_available: boolean
  /** Would be available, were the page open that was closed. */
  lacks_page: boolean
  work: WorkItemView | null
}

/** What a caller has to expect of the wait. `confidence`, 0 to 1: the chance that `typical_seconds` is right. */
export interface Expected {
  typical_seconds: number
  low_seconds: number
  high_seconds: number
  confidence: number
}

export interface TierView {
  tier: string
  waiting: number
  offered_today: number
  answered_today: number
  within_target_today: number
  /** Like the queue's: within the target of those answered and those who gave up. */
  service_level_ratio: number | null
  /** For a customer of the tier who came now. */
  expected: Expected | null
}

export interface WaitingView {
  interaction: string
  position: number
  ani: string
  customer_name: string
  tier: string
  priority: number
  waiting_since: string
  offered_to: string
  /** Nobody holds the line: the customer is called back when it is their turn. */
  is_callback: boolean
  /** When the wait began. */
  expected: Expected | null
  /** The step the caller heard last: under_1, from_1_to_2, ... over_12 (minutes); empty: nothing. */
  told: string
  /** Names of the queues in which the caller waits too. */
  also: string[]
}

export interface QueueView {
  id: string
  name: string
  waiting: number
  longest_wait_seconds: number
  talking: number
  agents_ready: number
  agents_signed_in: number
  answer_target_seconds: number
  offered_today: number
  answered_today: number
  abandoned_today: number
  service_level_ratio: number | null
  tiers: TierView[]
  line: WaitingView[]
  /** Promises to call back that are open. */
  callbacks: number
  /** For a caller of the lowest tier who came now. */
  expected: Expected | null
  /** Callers of other queues' lines whom this queue's agents may take as well. */
  waiting_here_too: number
}

export interface Me {
  user: string
  /** What people call the user. */
  name: string
  role: 'agent' | 'supervisor' | 'admin' | (string & {})
  agent: string | null
}

/** One line of the contact history; only what the lists show. */
export interface InteractionRow {
  id: string
  direction: string
  started_at: string
  /** null while it goes on, like the others and the result: up to the end of the last wrap-up; the customer's call; talk and hold. */
  length_seconds: number | null
  call_seconds: number | null
  talk_seconds: number | null
  ani: string
  dnis: string
  customer_name: string
  customer_number: string
  tier: string
  queue: string | null
  queue_name: string
  agent: string | null
  agent_name: string
  result: string | null
  end_cause: string
  disposition: string
}

export interface SegmentRow {
  kind: string
  started_at: string
  ended_at: string
  length_seconds: number
  /** What of it runs beside other segments, and is counted there. */
  beside_seconds: number
  queue: string | null
  queue_name: string
  agent: string | null
  agent_name: string
}

export interface DecisionRow {
  at: string
  agent_name: string
  queue_name: string
  explanation: string
  outcome: string
  why: WhyView | null
}

/** One condition of an overflow rule that held: `value` was at least `limit`, or without `is_least` below it. */
export interface HeldRow {
  what: string
  name: string
  is_least: boolean
  limit: number
  value: number
}

/** Where the caller was sent on, and why. */
export interface WayRow {
  at: string
  queue_name: string
  cause: string
  rule: number
  waited_seconds: number
  kind: string
  target_name: string
  held: HeldRow[]
  outcome: string
  explanation: string
}

/** A wait in a queue: what was expected when it began (null: an agent was free), and the last step that was told. */
export interface WaitRow {
  queue: string
  queue_name: string
  since: string
  expected: Expected | null
  told: string
  told_at: string | null
}

/** The audio of a call or of a message. `is_kept` false: the file is not there any more. */
export interface RecordingFile {
  name: string
  kind: string
  is_kept: boolean
  length_seconds: number | null
  may_listen: boolean
}

/** One interaction with all that is known of it. */
export interface InteractionDetail extends InteractionRow {
  is_live: boolean
  is_final: boolean
  channel: string
  ended_at: string | null
  customer_left_at: string | null
  reason: string
  ivr_answers: Record<string, string>
  notes: string
  script: string
  documents: DocumentRef[]
  recordings: string[]
  recording_files: RecordingFile[]
  segments: SegmentRow[]
  decisions: DecisionRow[]
  ways: WayRow[]
  /** Of a call back, the call in which it was promised. */
  callback_of: string | null
  waits: WaitRow[]
}

/** What the own phone registers as and where; `command` is what to type for a simulated one, empty outside of the demo. */
export interface PhoneToRegister {
  user: string
  registrar: string
  command: string
}

export interface Snapshot {
  type: 'snapshot'
  seq: number
  now: string
  me: Me
  agent: AgentView | null
  agents: AgentView[]
  queues: QueueView[]
  reasons: Record<string, string>
  demo: boolean
  phone: PhoneToRegister | null
}

/** `agents` and `queues` carry only those that changed. Every message but the pong is numbered without a gap. */
export type ServerMessage =
  | Snapshot
  | { type: 'agent'; seq: number; agent: AgentView | null }
  | { type: 'agents'; seq: number; agents: AgentView[] }
  | { type: 'queues'; seq: number; queues: QueueView[] }
  | { type: 'bye'; seq: number; reason: string }
  | { type: 'pong' }
