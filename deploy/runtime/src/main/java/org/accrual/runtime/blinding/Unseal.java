package org.accrual.runtime.blinding;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KEM;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Opens what {@link Seal} sealed. Held by randomization and supply alone, or by the creator of a
 * {@link BlindingKeys}. Holds several private keys while keys are rotated; the id in the box
 * selects one.
 */
public final class Unseal {
  private final Map<ByteBuffer, PrivateKey> keys = new HashMap<>();

  Unseal(List<PrivateKey> keys) {
    keys.forEach(key -> this.keys.put(ByteBuffer.wrap(SealedBox.keyId(publicKey(key))), key));
  }

  /**
   * Key {@code accrual.blinding.private-key}: one or more X25519 keys, PKCS#8, base64, separated by
   * commas: the current one and those that older values were sealed for. The value is never shown.
   */
  public static Unseal read(Settings settings) {
    String name = "accrual.blinding.private-key";
    try {
      List<PrivateKey> keys = new ArrayList<>();
      for (String key : settings.secret(name).split(",", -1)) {
        byte[] pkcs8 = Base64.getDecoder().decode(key.strip());
        keys.add(KeyFactory.getInstance("X25519").generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
      }
      return new Unseal(keys);
    } catch (IllegalArgumentException | GeneralSecurityException notAKey) {
      throw new InvalidSetting(
          name, "(not shown)", "X25519 private keys, separated by commas: PKCS#8, base64");
    }
  }

  /**
   * Opens a sealed text.
   *
   * @throws SealBroken if it was sealed for another key or context, or was altered
   */
  public String open(byte[] box, String context) {
    int header = SealedBox.HEADER_BYTES;
    int body = header + SealedBox.ENCAPSULATION_BYTES;
    if (box.length <= body || box[0] != SealedBox.FORMAT) {
      throw new SealBroken("not a sealed value of a known format", null);
    }
    byte[] keyId = Arrays.copyOfRange(box, 1, header);
    PrivateKey key = keys.get(ByteBuffer.wrap(keyId));
    if (key == null) {
      throw new SealBroken(
          "sealed for the key with the id %s, which accrual.blinding.private-key does not contain"
              .formatted(HexFormat.of().formatHex(keyId)),
          null);
    }
    try {
      SecretKey fresh =
          KEM.getInstance("DHKEM")
              .newDecapsulator(key)
              .decapsulate(Arrays.copyOfRange(box, header, body), 0, SealedBox.KEY_BYTES, "AES");
      Cipher cipher = SealedBox.cipher(Cipher.DECRYPT_MODE, fresh, context);
      return SealedBox.unpadded(cipher.doFinal(box, body, box.length - body));
    } catch (GeneralSecurityException | ProviderException e) {
      throw new SealBroken("cannot be opened: another key, another context, or altered", e);
    }
  }

  /** Returns the public half of a key, X.509: the key agreement with the base point, 9. */
  private static byte[] publicKey(PrivateKey key) {
    try {
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
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks X25519", e);
    }
  }

  private static XECPublicKeySpec point(BigInteger u) {
    return new XECPublicKeySpec(NamedParameterSpec.X25519, u);
  }
}
