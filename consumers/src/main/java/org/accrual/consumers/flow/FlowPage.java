package org.accrual.consumers.flow;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.accrual.api.query.v1.FlowFilter;

/**
 * Where a list goes on: behind a flow, in its part of the list. Opaque to clients.
 *
 * @param part 0: troubled; 1: running; 2: the others
 * @param last what the part is ordered by, of the flow seen last: a correlation id; of the last
 *     part an operation's id
 */
record FlowPage(int part, String last) {
  static final FlowPage BEGINNING = new FlowPage(0, "");

  static Optional<FlowPage> decode(FlowFilter filter, String token) {
    if (token.isEmpty()) {
      return Optional.of(BEGINNING);
    }
    try {
      String[] fields =
          new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("\n", 3);
      return fields.length == 3
              && fields[0].equals(fingerprint(filter))
              && fields[1].matches("[012]")
          ? Optional.of(new FlowPage(Integer.parseInt(fields[1]), fields[2]))
          : Optional.empty();
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  String encode(FlowFilter filter) {
    String text = fingerprint(filter) + "\n" + part + "\n" + last;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String fingerprint(FlowFilter filter) {
    return Integer.toHexString(java.util.Arrays.hashCode(filter.toByteArray()));
  }
}
