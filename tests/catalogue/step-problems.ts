import { type FormData, queries, type StepData } from './catalogue-files.js';

/** The CEL expressions of a step. */
const expressionsOf = ({ forEach, when, subject, parameters = {} }: StepData): string[] =>
  [forEach, when, subject, ...Object.values(parameters)].filter((each) => each !== undefined);

/** Names that follow `steps.` or `form.`; what stands in quotation marks names nothing. */
function namesAfter(root: 'steps' | 'form', expressions: readonly string[]): string[] {
  const bare = expressions.map((each) => each.replaceAll(/"[^"]*"|'[^']*'/g, '""'));
  return bare.flatMap((each) =>
    [...each.matchAll(new RegExp(`\\b${root}\\.(\\w+)`, 'g'))].map(([, name]) => name ?? ''),
  );
}

/** What is wrong with the steps of a procedure, one sentence each. */
export function stepProblems(
  steps: readonly StepData[],
  form: FormData,
  applicantSchemes: readonly string[],
): string[] {
  const ids = steps.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...twice.map((id) => `step ${id} is given twice`),
    ...steps.flatMap((step) =>
      [
        ...referenceProblems(step, ids),
        ...queryProblems(step, applicantSchemes),
        ...formProblems(step, form),
      ].map((problem) => `step ${step.id}: ${problem}`),
    ),
  ];
}

function referenceProblems(step: StepData, ids: readonly string[]): string[] {
  const expressions = expressionsOf(step);
  const earlier = ids.slice(0, ids.indexOf(step.id));
  const usesItem = [step.subject, ...Object.values(step.parameters ?? {})].some((each) =>
    /\bitem\b/.test(each ?? ''),
  );
  return [
    // Written in an order that a person can read from top to bottom, so there is no circle either.
    ...namesAfter('steps', expressions)
      .filter((id) => !earlier.includes(id))
      .map((id) => `names step ${id}, which does not stand before it`),
    ...(usesItem === (step.forEach !== undefined)
      ? []
      : ['uses item without forEach, or forEach without item']),
  ];
}

function queryProblems(
  { service, subject, when, parameters = {} }: StepData,
  schemes: readonly string[],
): string[] {
  const query = queries.get(service);
  if (!query) return [`asks ${service}, which is no query`];
  const missing = (query.parameters.required ?? []).filter((name) => !(name in parameters));
  const unknown = Object.keys(parameters).filter((name) => !(name in query.parameters.properties));
  const guarded = when?.includes('applicant.scheme ==') === true;
  const unfit =
    subject === 'applicant' && !guarded ? schemes.filter((each) => !query.subjectSchemes.includes(each)) : [];
  return [
    ...missing.map((name) => `lacks parameter ${name} of ${service}`),
    ...unknown.map((name) => `gives parameter ${name}, which ${service} does not have`),
    ...unfit.map((scheme) => `asks ${service} about an applicant with ${scheme}`),
  ];
}

/** A CEL expression fails on a field that is not there, so fields are required, or asked for with has(). */
function formProblems(step: StepData, form: FormData): string[] {
  const fields = namesAfter('form', expressionsOf(step));
  const unknown = fields.filter((name) => !(name in form.properties));
  const rules = [form, ...(form.allOf ?? [])];
  const sure = (name: string): boolean =>
    form.required?.includes(name) === true ||
    step.when?.includes(`has(form.${name})`) === true ||
    rules.some(
      ({ if: condition, then }) =>
        then?.required.includes(name) &&
        condition?.required.every((key) => step.when?.includes(`form.${key} ==`)),
    );
  return [
    ...unknown.map((name) => `names form.${name}, which is not in the form`),
    ...fields.filter((name) => !sure(name)).map((name) => `reads form.${name}, which may be missing`),
  ];
}
