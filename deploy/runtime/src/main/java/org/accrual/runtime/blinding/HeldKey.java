package org.accrual.runtime.blinding;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.XECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * A private key with the id that boxes name it by, and the key of proofs that follows from it.
 *
 * @param proofs HKDF-SHA-256 of the private key: only its holder can compute it
 */
record HeldKey(ByteBuffer id, PrivateKey key, SecretKey proofs) {
  private static final byte[] PROOFS = "accrual arm proof".getBytes(StandardCharsets.UTF_8);

  static HeldKey of(PrivateKey key) {
    try {
      byte[] scalar = ((XECPrivateKey) key).getScalar().orElseThrow();
      SecretKey proofs =
          KDF.getInstance("HKDF-SHA256")
              .deriveKey(
                  "HmacSHA256",
                  HKDFParameterSpec.ofExtract()
                      .addIKM(scalar)
                      .thenExpand(PROOFS, SealedBox.PROOF_BYTES));
      return new HeldKey(ByteBuffer.wrap(SealedBox.keyId(publicKey(key))), key, proofs);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks X25519 or HKDF", e);
    }
  }

  /** Returns HMAC-SHA-256 over a sealed value and its context. */
  byte[] proof(byte[] sealed, String context) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(proofs);
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(sealed.length).flip());
      mac.update(sealed);
      return mac.doFinal(context.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks HmacSHA256", e);
    }
  }

  /** Returns the public half of a key, X.509: the key agreement with the base point, 9. */
  private static byte[] publicKey(PrivateKey key) throws GeneralSecurityException {
    KeyFactory keys = KeyFactory.getInstance("X25519");
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(key);
    agreement.doPhase(keys.generatePublic(point(BigInteger.valueOf(9))), true);
    byte[] littleEndian = agreement.generateSecret();
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < littleEndian.length; i++) {
      bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
    }
    return keys.generatePublic(point(new BigInteger(1, bigEndian))).getEncoded();
  }

  private static XECPublicKeySpec point(BigInteger u) {
    return new XECPublicKeySpec(NamedParameterSpec.X25519, u);
  }
}
