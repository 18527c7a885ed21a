import type { Proof, StoredMatter } from './read-database.js';
import type { Finding } from './run-file.js';

/** Whether the evidence of something that ended is whole: its kinds, without gaps, each digest that of its bytes. */
export function judgeProofs(matter: StoredMatter, proofs: readonly Proof[]): Finding[] {
  const missing = (what: string): Finding => ({ kind: 'missing', about: matter.id, what });
  const findings: Finding[] = [];
  const count = (kind: string): number => proofs.filter((proof) => proof.kind === kind).length;
  const results = count('result');
  if (results > 1) {
    findings.push({ kind: 'duplicated', about: matter.id, what: `its evidence has ${results} results` });
  }
  if (results === 0) findings.push(missing('its evidence has no result'));
  if (
    proofs.length !== matter.evidenceCount ||
    proofs.some(({ sequence }, index) => sequence !== index + 1)
  ) {
    findings.push(missing(`its evidence has ${proofs.length} rows of ${matter.evidenceCount}, or gaps`));
  }
  const forged = proofs.find(({ digestHolds }) => !digestHolds);
  if (forged)
    findings.push(missing(`row ${forged.sequence} of its evidence holds other bytes than its digest says`));
  for (const kind of wanted(matter)) {
    if (count(kind) === 0) findings.push(missing(`its evidence has no ${kind}`));
  }
  if (matter.kind === 'request' && matter.state === 'answered' && !matter.byHand) {
    const answers = proofs.filter(
      ({ kind, outcome }) => kind === 'registry-answer' && outcome === 'answered',
    );
    if (answers.length !== 1)
      findings.push(missing(`its evidence has ${answers.length} answers that were used`));
  }
  return findings;
}

function wanted({ kind, state, byHand }: StoredMatter): string[] {
  if (kind === 'case') return ['submission'];
  const asked = (state === 'answered' || state === 'refused') && !byHand;
  return ['client-request', 'decision', ...(asked ? ['registry-request', 'registry-answer'] : [])];
}
