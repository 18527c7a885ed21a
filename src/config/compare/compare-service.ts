import type { Card, ProcedureSettings, ServiceSettings, Step } from '../catalogue-settings.js';
import { differences, inWords, shown } from './change.js';

/** A service in one municipality, placeholders unfilled: they would make the same change look different everywhere. */
export interface OfferedService {
  readonly name: ServiceSettings['name'];
  readonly group: string;
  readonly card: Card;
  readonly procedure: ProcedureSettings;
}

/** What is different for who applies for the service and who handles it; one line each, none when nothing is. */
export function compareService(
  before: OfferedService | undefined,
  after: OfferedService | undefined,
): string[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined && after !== undefined) return [`offered from now on: ${inShort(after)}`];
  if (before === undefined || after === undefined) return ['no longer offered'];
  const words = (from: unknown, to: unknown, path: string): string[] =>
    differences(from, to, path).map(inWords);
  const { fee, time, ...card } = before.card;
  const { fee: newFee, time: newTime, ...newCard } = after.card;
  return [
    ...words(before.name, after.name, 'name'),
    ...words(before.group, after.group, 'group'),
    ...compareAmount('fee', fee.baseAll, newFee.baseAll, 'lek'),
    ...words({ ...fee, baseAll: 0 }, { ...newFee, baseAll: 0 }, 'fee'),
    ...compareAmount('time', time.workingDays, newTime.workingDays, 'working days'),
    ...words({ ...time, workingDays: 0 }, { ...newTime, workingDays: 0 }, 'time'),
    ...words(card, newCard, ''),
    ...compareProcedure(before.procedure, after.procedure),
  ];
}

function inShort({ card, procedure }: OfferedService): string {
  const asked = [...new Set(procedure.evidence.map(({ service }) => service))];
  return [
    `fee ${card.fee.baseAll} lek`,
    `${card.time.workingDays} working days`,
    asked.length === 0 ? 'asks no registry' : `asks ${asked.join(', ')}`,
  ].join(', ');
}

function compareAmount(what: string, before: number, after: number, unit: string): string[] {
  if (before === after) return [];
  return [`${what} ${after > before ? 'rises' : 'falls'} from ${before} to ${after} ${unit}`];
}

function compareProcedure(before: ProcedureSettings, after: ProcedureSettings): string[] {
  const { evidence, form, ...others } = before;
  const { evidence: newEvidence, form: newForm, ...newOthers } = after;
  return [
    ...differences(others, newOthers, 'procedure').map(inWords),
    ...compareForm(form, newForm),
    ...compareSteps(evidence, newEvidence),
  ];
}

function compareSteps(before: readonly Step[], after: readonly Step[]): string[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  return ids.flatMap((id) => {
    const [old, now] = [before, after].map((steps) => steps.find((step) => step.id === id));
    if (old === undefined && now !== undefined) {
      return [
        `evidence step ${id} added: asks ${now.service}${now.forEach ? `, once for each of ${now.forEach}` : ''}${now.when ? `, when ${now.when}` : ''}${now.optional ? ', optional' : ''}`,
      ];
    }
    if (now === undefined) return [`evidence step ${id} removed (asked ${old?.service})`];
    return differences(old, now).map((each) => `evidence step ${id}: ${inWords(each)}`);
  });
}

interface FormShape {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function compareForm(before: object, after: object): string[] {
  const { properties = {}, required = [], ...others } = before as FormShape;
  const { properties: newProperties = {}, required: newRequired = [], ...newOthers } = after as FormShape;
  const names = [...new Set([...Object.keys(properties), ...Object.keys(newProperties)])];
  return [
    ...names.flatMap((name) => {
      const [old, now] = [properties[name], newProperties[name]];
      const must = newRequired.includes(name);
      if (old === undefined)
        return [`form field ${name} added${must ? ', required' : ''}: ${shown(titleOf(now))}`];
      if (now === undefined) return [`form field ${name} removed`];
      return [
        ...(must === required.includes(name)
          ? []
          : [`form field ${name} is ${must ? 'now' : 'no longer'} required`]),
        ...differences(old, now).map((each) => `form field ${name}: ${inWords(each)}`),
      ];
    }),
    ...differences(others, newOthers, 'form').map(inWords),
  ];
}

function titleOf(field: unknown): unknown {
  return (field as { readonly title?: unknown }).title;
}
