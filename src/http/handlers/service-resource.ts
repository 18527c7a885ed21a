import type { EffectiveService } from '../../catalogue/effective-card.js';
import { formIn } from '../../catalogue/form.js';
import { type Language, translate } from '../../catalogue/language.js';
import type { Queries } from '../../catalogue/queries.js';

/** `AdministrativeService` of `openapi/gateway.yaml`: all that a front desk needs, in one language. */
export function toServiceResource(
  { code, group, name, illustrative, municipality, card, procedure, origins, version }: EffectiveService,
  queries: Queries,
  language: Language,
): Record<string, unknown> {
  return {
    kind: 'administrative',
    code,
    group,
    name,
    illustrative,
    language,
    municipality: { code: municipality.code, name: municipality.nameSq },
    version,
    card: { name: name[language], ...(translate(card, language) as object) },
    overridden: Object.entries(origins.card).flatMap(([field, origin]) =>
      origin === 'national' ? [] : [field],
    ),
    procedure: {
      purpose: procedure.purpose,
      legalBasis: procedure.legalBasis,
      applicant: procedure.applicant,
      form: formIn(procedure.form, language),
      evidence: procedure.evidence.map((step) => ({
        id: step.id,
        name: (step.name ?? queries.get(step.service)?.settings.name)?.[language] ?? step.service,
        service: step.service,
        repeated: step.forEach !== undefined,
        conditional: step.when !== undefined,
        optional: step.optional === true,
      })),
    },
  };
}
