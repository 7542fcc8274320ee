package org.accrual.consumers.audit;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The end of a study's trail: what fixes all that came before it.
 *
 * @param position of the newest entry; 0 if there is none
 * @param hash its SHA-256
 */
@SuppressWarnings("ArrayRecordComponent") // compared by matches alone
public record Head(long position, byte[] hash) {

  /** What the first entry of a study follows: no other study's. */
  public static Head beforeTheFirst(String studyId) {
    return new Head(0, EntryHash.ofNothing(studyId));
  }

  /** Of its exported form, which must be one. */
  public static Head parse(String exported) {
    int colon = exported.indexOf(':');
    return new Head(
        Long.parseLong(exported.substring(0, colon)),
        HexFormat.of().parseHex(exported.substring(colon + 1)));
  }

  /** To be kept elsewhere; empty if there is no entry. */
  public String exported() {
    return position == 0 ? "" : position + ":" + HexFormat.of().formatHex(hash);
  }

  boolean matches(byte[] other) {
    return Arrays.equals(hash, other);
  }
}
