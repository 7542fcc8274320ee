package org.accrual.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.accrual.runtime.blinding.BlindingKeys;

/**
 * Starts enrollment-core as it is deployed, on a database of its own, without its saga consumer.
 */
final class CoreProcess {
  private CoreProcess() {}

  /**
   * Starts it and returns when it is ready.
   *
   * @param further settings, as {@code key=value}
   */
  static ServiceUnderTest start(String jdbcUrl, Path log, String... further)
      throws IOException, InterruptedException {
    Base64.Encoder base64 = Base64.getEncoder();
    List<String> settings =
        new ArrayList<>(
            List.of(
                "accrual.database.url=" + jdbcUrl,
                // Nothing answers here, and no broker that runs on this machine may be reached.
                "accrual.saga.enabled=false",
                "accrual.blinding.public-key="
                    + base64.encodeToString(BlindingKeys.make().publicKey()),
                "accrual.core.fingerprint-key=" + base64.encodeToString(new byte[32])));
    settings.addAll(List.of(further));
    return ServiceUnderTest.start("enrollment-core", settings, log);
  }
}
