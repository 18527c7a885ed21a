import type { Outcome } from '../../../contracts/outcome.js';
import type { Exchanged } from '../../adapter.js';
import { type Check, must, mustBe } from '../check.js';
import type { Scene } from '../scene.js';

/** Answers that must not be believed, however right they look. */
export const trustChecks: readonly Check[] = [
  misbehaving('unsigned', 'invalid', undefined, 'believes no answer that nobody signed'),
  misbehaving(
    'unsigned-fault',
    'unknown',
    'unsigned-fault',
    'concludes nothing from a refusal that nobody signed',
  ),
  misbehaving(
    'wrong-signer',
    'invalid',
    undefined,
    'believes no answer that a key signed which is not pinned',
  ),
  misbehaving(
    'other-answer',
    'invalid',
    undefined,
    'believes no answer that was signed for another question',
  ),
  misbehaving('other-subject', 'invalid', undefined, 'believes no answer about somebody else'),
  {
    id: 'swapped-answers',
    mustHold: 'believes none of two answers that were swapped while both questions were under way',
    async run(scene) {
      scene.tell({ behaviour: 'other-answer' });
      const both = await Promise.all([ask(scene), ask(scene)]);
      for (const exchanged of both) mustBe(exchanged, 'invalid');
      return undefined;
    },
  },
  misbehaving(
    'garbage',
    'unknown',
    'http-status',
    'concludes nothing from a page that is not of the protocol',
  ),
];

function misbehaving(
  behaviour: string,
  kind: Outcome['kind'],
  reason: string | undefined,
  mustHold: string,
): Check {
  return {
    id: behaviour,
    mustHold,
    async run(scene) {
      must(scene.tell({ behaviour }), `the simulator has no behaviour ${behaviour}`);
      const exchanged = await ask(scene);
      mustBe(exchanged, kind, reason);
      must((exchanged.requestBytes?.length ?? 0) > 0, 'no bytes of the question are kept');
      must((exchanged.answerBytes?.length ?? 0) > 0, 'no bytes of the answer are kept');
      return undefined;
    },
  };
}

function ask(scene: Scene): Promise<Exchanged> {
  return scene.ask(scene.question());
}
