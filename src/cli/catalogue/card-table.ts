import type { EffectiveService, Origin } from '../../catalogue/effective-card.js';
import { formIn } from '../../catalogue/form.js';
import type { Language } from '../../catalogue/language.js';
import type { Queries } from '../../catalogue/queries.js';
import type { Card, Step } from '../../config/catalogue-settings.js';
import { cardLabels, words } from './labels.js';

type Row = readonly [field: string, value: readonly string[], origin: string];

/** Widest column of values; longer ones go on in the next line. */
const VALUE_WIDTH = 72;

/** The effective card as lines of a table, each value with where it comes from. */
export function cardTable(service: EffectiveService, queries: Queries, language: Language): string[] {
  const { code, name, municipality, group, version, illustrative, card, procedure, origins } = service;
  const origin = (of: Origin): string =>
    of === 'national'
      ? words.national[language]
      : of.replace(/^municipality/, () => words.municipality[language]);
  const show = (step: Step): string[] => stepLines(step, queries, language);
  const own: Origin = `municipality ${municipality.code}`;
  const rows: Row[] = [
    ...(Object.keys(cardLabels) as (keyof Card)[]).map(
      (field): Row => [
        cardLabels[field][language],
        fieldLines(card, field, language),
        origin(origins.card[field]),
      ],
    ),
    ...formLines(procedure.form, language).map(
      ([field, value]): Row => [`${words.form[language]}: ${field}`, [value], origin('national')],
    ),
    ...procedure.evidence.map(
      (step): Row => [
        `${words.evidence[language]}: ${step.id}`,
        show(step),
        origin(origins.evidence[step.id] ?? own),
      ],
    ),
    ...origins.without.map(
      (step): Row => [`${words.evidence[language]}: ${step.id}`, [words.leftOut[language]], origin(own)],
    ),
  ];
  return [
    `${code}  ${name[language]}${illustrative ? ` (${words.illustrative[language]})` : ''}`,
    `${municipality.nameSq} (${municipality.code}), ${words.group[language]} ${group}, ${words.version[language]} ${version}`,
    '',
    ...table([[words.field[language], [words.value[language]], words.origin[language]], ...rows]),
  ];
}

function fieldLines(card: Card, field: keyof Card, language: Language): string[] {
  const join = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(', ');
  switch (field) {
    case 'requiredDocuments':
      return card.requiredDocuments.map(({ type, issuer, validity, gatheredBy }) =>
        join(type[language], issuer[language], validity?.[language], words[gatheredBy][language]),
      );
    case 'whereToApply':
      return card.whereToApply.map(({ office, address, city, hours }) =>
        join(office[language], address, city, hours[language]),
      );
    case 'fee':
      return [
        join(
          `${card.fee.baseAll} ${words.lek[language]}`,
          card.fee.extra?.[language],
          card.fee.paymentMethod[language],
        ),
      ];
    case 'time':
      return [join(`${card.time.workingDays} ${words.workingDays[language]}`, card.time.note?.[language])];
    case 'contact':
      return [join(card.contact.text[language], card.contact.phone, card.contact.email)];
    case 'legalBasis':
      return card.legalBasis.map((text) => text[language]);
    case 'onlineLevel':
      return [String(card.onlineLevel)];
    default:
      return [card[field][language]];
  }
}

function formLines(form: Readonly<Record<string, unknown>>, language: Language): [string, string][] {
  const { properties = {}, required = [] } = formIn(form, language) as {
    readonly properties?: Readonly<Record<string, { readonly title?: string }>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { title = '' }]) => [
    name,
    required.includes(name) ? `${title} (${words.required[language]})` : title,
  ]);
}

function stepLines(step: Step, queries: Queries, language: Language): string[] {
  const name = (step.name ?? queries.get(step.service)?.settings.name)?.[language] ?? '';
  return [
    `${step.service} ${name}${step.optional ? ` (${words.optional[language]})` : ''}`,
    ...(step.forEach ? [`${words.forEach[language]} ${step.forEach}`] : []),
    ...(step.when ? [`${words.when[language]} ${step.when}`] : []),
  ];
}

function table(rows: readonly Row[]): string[] {
  const wrapped = rows.map(([field, value, origin]) => ({
    field,
    value: value.flatMap((line) => wrap(line, VALUE_WIDTH)),
    origin,
  }));
  const fieldWidth = Math.max(...wrapped.map(({ field }) => field.length));
  const valueWidth = Math.max(...wrapped.flatMap(({ value }) => value.map((line) => line.length)));
  return wrapped.flatMap(({ field, value, origin }) =>
    (value.length === 0 ? ['-'] : value).map((line, index) =>
      [(index === 0 ? field : '').padEnd(fieldWidth), line.padEnd(valueWidth), index === 0 ? origin : '']
        .join('  ')
        .trimEnd(),
    ),
  );
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
