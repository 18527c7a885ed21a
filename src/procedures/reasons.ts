import type { Reason } from '../requests/request.js';
import type { Text } from './procedure.js';

/** Why a step brought no evidence, for the officer. Codes that a registry gives itself are not among them. */
const texts: Readonly<Record<string, Text>> = {
  'condition-false': {
    sq: 'Ky hap nuk kërkohet për këtë aplikim.',
    en: 'This application does not need the step.',
  },
  'too-many-items': {
    sq: 'Ka më shumë persona ose sende sesa lejon procedura.',
    en: 'There are more persons or things than the procedure allows.',
  },
  'no-subject': {
    sq: 'Mungon identifikuesi i personit ose i sendit për të cilin duhet pyetur.',
    en: 'There is no identifier of the person or thing to ask about.',
  },
  'needs-step': {
    sq: 'Varet nga një hap që nuk solli provë.',
    en: 'It depends on a step that brought no evidence.',
  },
  'needs-skipped-step': {
    sq: 'Varet nga një hap që nuk kërkohet për këtë aplikim.',
    en: 'It depends on a step that this application does not need.',
  },
  'expression-failed': {
    sq: 'Procedura nuk mund ta llogarisë këtë hap me të dhënat e këtij aplikimi.',
    en: 'The procedure cannot work this step out from the data of this application.',
  },
  'deadline-passed': {
    sq: 'Afati kaloi përpara se të vinte përgjigjja.',
    en: 'The deadline passed before there was an answer.',
  },
  'not-granted': {
    sq: 'Bashkia nuk ka leje ta pyesë këtë regjistër për këtë qëllim.',
    en: 'The municipality has no grant to ask this registry for this purpose.',
  },
  'unknown-service': {
    sq: 'Ky regjistër nuk mund të pyetet nëpërmjet këtij sistemi.',
    en: 'This registry cannot be asked through this gateway.',
  },
  'invalid-request': {
    sq: 'Pyetja për regjistrin nuk është e vlefshme.',
    en: 'The question to the registry is not valid.',
  },
  refused: { sq: 'Regjistri e refuzoi pyetjen.', en: 'The registry refused the question.' },
  failed: { sq: 'Nuk erdhi asnjë përgjigje e përdorshme.', en: 'There was no usable answer.' },
  expired: {
    sq: 'Afati kaloi përpara se të vinte përgjigjja.',
    en: 'The deadline passed before there was an answer.',
  },
  cancelled: { sq: 'Pyetja u tërhoq.', en: 'The question was withdrawn.' },
  'not-accepted': { sq: 'Pyetja nuk mund të bëhej.', en: 'The question could not be asked.' },
};

/**
 * A reason with its code.
 *
 * @param more what the code does not say; never a value of the application.
 */
export function reasonOf(code: string, more?: string): Reason {
  const { en } = textOf(code);
  return { code, detail: more === undefined ? en : `${en} (${more})` };
}

/**
 * The reason in both languages.
 *
 * @param otherwise code whose text fits where there is none for `code`: registries have codes of their own.
 */
export function textOf(code: string, otherwise = 'failed'): Text {
  const known = [code, otherwise].find((each) => Object.hasOwn(texts, each)) ?? 'failed';
  return texts[known] as Text;
}
