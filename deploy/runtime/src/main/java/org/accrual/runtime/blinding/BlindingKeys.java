package org.accrual.runtime.blinding;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** A key pair for an installation, or for one request whose answer is sealed to it. */
public final class BlindingKeys {
  private final KeyPair pair;

  private BlindingKeys(KeyPair pair) {
    this.pair = pair;
  }

  /** Creates a pair from the platform's secure random source. */
  public static BlindingKeys make() {
    try {
      return new BlindingKeys(KeyPairGenerator.getInstance("X25519").generateKeyPair());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this JDK lacks X25519", missing);
    }
  }

  /** Returns the public half, X.509: for {@link Seal}. */
  public byte[] publicKey() {
    return pair.getPublic().getEncoded();
  }

  /** Returns the private half, PKCS#8: for {@link Unseal#read}. */
  public byte[] privateKey() {
    return pair.getPrivate().getEncoded();
  }

  /** Returns the object that opens values sealed for this pair. */
  public Unseal unseal() {
    return new Unseal(List.of(pair.getPrivate()));
  }
}
