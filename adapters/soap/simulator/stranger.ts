import { makeCertificate, makePrivateKey, privateKeyPem } from '../../../src/signing/key-making.js';
import { messageSigner, type SignMessage } from './sign-message.js';

/** Signs with a key that was made just now, so that nobody can have pinned it; for the behaviour `wrong-signer`. */
export async function strangerSigner(notBefore: number): Promise<SignMessage> {
  const privateKey = await makePrivateKey('ec');
  const certificate = await makeCertificate({
    subject: 'CN=stranger,O=Ura simulator',
    privateKey,
    authority: true,
    notBefore,
    days: 1,
  });
  return messageSigner(privateKeyPem(privateKey), certificate);
}
