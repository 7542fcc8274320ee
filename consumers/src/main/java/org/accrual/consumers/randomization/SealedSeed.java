package org.accrual.consumers.randomization;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.Unseal;

/**
 * The secret from which every schedule of a study follows, sealed, with the public commitment to
 * it.
 *
 * @param algorithm name of the computation, {@link Schedule#ALGORITHM}
 * @param commitment SHA-256 over algorithm, design and seed
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
record SealedSeed(String algorithm, byte[] sealed, byte[] commitment) {
  static final SealedSeed NONE = new SealedSeed("", new byte[0], new byte[0]);
  private static final int SEED_BYTES = 32;

  /** Draws a new seed for a study's design. */
  static SealedSeed make(String study, StudyDesign design, RandomGenerator random, Seal seal) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new SealedSeed(
        Schedule.ALGORITHM,
        seal.seal(HexFormat.of().formatHex(seed), context(study)),
        commitment(Schedule.ALGORITHM, study, design, seed));
  }

  /**
   * Opens the seed.
   *
   * @throws IllegalStateException if design, algorithm or seed differ from those committed to
   */
  byte[] open(String study, StudyDesign design, Unseal unseal) {
    byte[] seed = HexFormat.of().parseHex(unseal.open(sealed, context(study)));
    if (!algorithm.equals(Schedule.ALGORITHM)
        || !MessageDigest.isEqual(commitment, commitment(algorithm, study, design, seed))) {
      throw new IllegalStateException(
          "the allocation schedule of study %s differs from its commitment: the row of randomization.study was altered"
              .formatted(study));
    }
    return seed;
  }

  /** Returns the commitment in hexadecimal. */
  String commitmentText() {
    return HexFormat.of().formatHex(commitment);
  }

  private static byte[] commitment(
      String algorithm, String study, StudyDesign design, byte[] seed) {
    String committed =
        String.join(
            "\n",
            algorithm,
            study,
            design.arms().toString(),
            design.factors().toString(),
            design.multiples().toString(),
            Boolean.toString(design.bySite()),
            HexFormat.of().formatHex(seed));
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(committed.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  private static String context(String study) {
    return "schedule:" + study;
  }
}
