import type { Campaign } from './campaign.js';
import { clients } from './clients.js';
import { clocks } from './clocks.js';
import { kafka } from './kafka.js';
import { kill } from './kill.js';
import { postgres } from './postgres.js';
import { registry } from './registry.js';

/** In the order in which `make chaos` runs them. */
export const campaigns: readonly Campaign[] = [kill, postgres, kafka, registry, clocks, clients];
