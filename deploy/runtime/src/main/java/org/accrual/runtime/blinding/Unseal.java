package org.accrual.runtime.blinding;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Opens what {@link Seal} sealed. Held by randomization and supply alone, or by the creator of a
 * {@link BlindingKeys}. Holds several private keys while keys are rotated; the id in the box
 * selects one.
 */
public final class Unseal {
  private final Map<ByteBuffer, HeldKey> keys = new HashMap<>();

  Unseal(List<PrivateKey> keys) {
    for (PrivateKey key : keys) {
      HeldKey held = HeldKey.of(key);
      this.keys.put(held.id(), held);
    }
  }

  /**
   * Reads the key {@code accrual.blinding.private-key}: one or more X25519 keys, PKCS#8, base64,
   * separated by commas: the current one and those that older values were sealed for. The value is
   * never shown.
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
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new InvalidSetting(
          name, "(not shown)", "X25519 private keys, separated by commas: PKCS#8, base64");
    }
  }

  /**
   * Opens a sealed text.
   *
   * @throws SealBroken if it was sealed for other keys or another context, or was altered
   */
  public String open(byte[] sealed, String context) {
    int count = SealedBox.count(sealed);
    for (int i = 0; i < count; i++) {
      byte[] box = SealedBox.box(sealed, i);
      HeldKey key = keys.get(SealedBox.recipient(box));
      if (key != null) {
        return SealedBox.open(key.key(), box, context);
      }
    }
    throw new SealBroken(
        "sealed for %s, which accrual.blinding.private-key does not contain"
            .formatted(
                IntStream.range(0, count)
                    .mapToObj(i -> SealedBox.recipient(SealedBox.box(sealed, i)).array())
                    .map(id -> "the key with the id " + HexFormat.of().formatHex(id))
                    .collect(Collectors.joining(" and "))),
        null);
  }

  /**
   * Returns a sealed value with a proof that its sealer holds the private key that it was sealed
   * for. Everybody who has the public key can seal; only {@link #openProven} tells them apart.
   *
   * @throws SealBroken if this does not hold the key of the first recipient
   */
  public byte[] prove(byte[] sealed, String context) {
    byte[] proof = sealer(sealed).proof(sealed, context);
    byte[] proven = Arrays.copyOf(sealed, sealed.length + proof.length);
    System.arraycopy(proof, 0, proven, sealed.length, proof.length);
    return proven;
  }

  /**
   * Opens a sealed text that a holder of the private key sealed.
   *
   * @throws SealBroken as {@link #open}, and if the proof is missing or wrong
   */
  public String openProven(byte[] proven, String context) {
    byte[] sealed = Arrays.copyOf(proven, SealedBox.count(proven) * SealedBox.BYTES);
    byte[] proof = Arrays.copyOfRange(proven, sealed.length, proven.length);
    if (!MessageDigest.isEqual(proof, sealer(sealed).proof(sealed, context))) {
      throw new SealBroken("not sealed by a holder of the private key", null);
    }
    return open(sealed, context);
  }

  private HeldKey sealer(byte[] sealed) {
    HeldKey key = keys.get(SealedBox.recipient(SealedBox.box(sealed, 0)));
    if (key == null) {
      throw new SealBroken("sealed for a key that accrual.blinding.private-key lacks", null);
    }
    return key;
  }
}
