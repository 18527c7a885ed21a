import type { OutgoingEnvelope } from '../src/signing/xml/sign-envelope.js';

/** What makes up most of a message. */
export type Shape = 'records' | 'attachment';

/**
 * A message whose content has about so many bytes.
 *
 * @param shape records of persons, or one document in base64 behind a few of them.
 */
export function messageOf(contentBytes: number, shape: Shape, now: number): OutgoingEnvelope {
  // The verifier takes 20 000 elements: the larger the message, the more text in each record.
  const noteBytes = Math.max(0, Math.floor(contentBytes / 3_000) - 120);
  const person = (i: number) =>
    `<c:person><c:nid>J0010199${i % 10}W</c:nid><c:givenName>Gëzim ${i}</c:givenName>` +
    `<c:familyName>Hoxha</c:familyName><c:dateOfBirth>1990-01-01</c:dateOfBirth>` +
    `${noteBytes === 0 ? '' : `<c:note>${'Rruga e Durrësit, Tiranë '.repeat(noteBytes / 25)}</c:note>`}</c:person>`;
  let content = '';
  const recordBytes = shape === 'records' ? contentBytes : Math.min(contentBytes, 2_000);
  for (let i = 0; content.length < recordBytes - 200; i++) content += person(i);
  if (shape === 'attachment') {
    content += `<c:document>${'QUJDRA+/'.repeat(Math.max(0, contentBytes - content.length - 80) / 8)}</c:document>`;
  }
  return {
    soapVersion: '1.1',
    bodyContent: `<c:answer xmlns:c="urn:civil">${content}</c:answer>`,
    to: 'https://civil.example/service',
    action: 'urn:civil/FamilyComposition',
    messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000001',
    createdAt: now,
  };
}

/** A question about one person: what most messages of a gateway are. Nothing that the profile signs can be left out. */
export function smallestMessage(now: number): OutgoingEnvelope {
  return {
    ...messageOf(0, 'records', now),
    bodyContent: '<c:question xmlns:c="urn:civil"><c:nid>J00101999W</c:nid></c:question>',
  };
}

/**
 * What of a message of ours has to be hashed, whoever verifies it: SignedInfo and each signed part, as they are
 * written. Their canonical forms are longer by some declarations.
 */
export function signedBytes(message: Uint8Array): { signedInfo: Buffer; parts: Buffer[] } {
  const text = Buffer.from(message).toString('latin1');
  const found = (pattern: RegExp) =>
    [...text.matchAll(pattern)].map(([whole]) => Buffer.from(whole, 'latin1'));
  const [signedInfo] = found(/<ds:SignedInfo>.*<\/ds:SignedInfo>/gs);
  return {
    signedInfo: signedInfo as Buffer,
    parts: found(/<([a-z]+:[A-Za-z]+)(?: [A-Za-z]+="[^"]*")* wsu:Id="[^"]*">.*?<\/\1>/gs),
  };
}
