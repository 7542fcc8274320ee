package org.accrual.consumers.console;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc.StudyServiceBlockingStub;

/**
 * The made-up study that demo patients enroll in. Its steps are requests with fixed ids: doing them
 * again changes nothing.
 */
final class DemoStudy {
  static final String STUDY = "DEMO";
  static final String SITE = "VIE-01";
  private static final int TARGET = 100;
  private static final int CAPACITY = 100_000;
  private static final long SECONDS = 10;

  private final Channel core;
  private final SecureRandom random = new SecureRandom();
  private boolean ready;

  DemoStudy(Channel core) {
    this.core = core;
  }

  /**
   * Opens study and site if they are not there, and sends a kit of each arm for one more patient.
   */
  synchronized void makeReady() {
    if (!ready) {
      open();
      ready = true;
    }
    receiveKits();
  }

  private void open() {
    if (isThere()) {
      return;
    }
    var _ =
        calls()
            .registerStudy(
                RegisterStudyRequest.newBuilder()
                    .setRequestId("console-demo-register")
                    .setStudyId(STUDY)
                    .setTitle("Demo of a two-armed trial")
                    .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
                    .addArms(Arm.newBuilder().setArmId("B").setRatio(1))
                    .setTarget(TARGET)
                    .build());
    var _ =
        calls()
            .activateStudy(
                ActivateStudyRequest.newBuilder()
                    .setRequestId("console-demo-activate")
                    .setStudyId(STUDY)
                    .build());
    var _ =
        calls()
            .activateSite(
                ActivateSiteRequest.newBuilder()
                    .setRequestId("console-demo-site")
                    .setStudyId(STUDY)
                    .setSiteId(SITE)
                    .setCapacity(CAPACITY)
                    .setTimeZone("Europe/Vienna")
                    .build());
    // Whoever asks while others hold a kit must find one too.
    for (int spare = 0; spare < 10; spare++) {
      receiveKits();
    }
  }

  private boolean isThere() {
    try {
      return calls()
              .getStudy(GetStudyRequest.newBuilder().setStudyId(STUDY).build())
              .getSitesCount()
          > 0;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw refused;
      }
      return false;
    }
  }

  /** One of each arm, under ids and in an order that do not tell which is which. */
  private void receiveKits() {
    List<Kit> kits = new ArrayList<>();
    for (String arm : List.of("A", "B")) {
      kits.add(Kit.newBuilder().setKitId("K-" + fresh()).setArmId(arm).build());
    }
    Collections.shuffle(kits, random);
    var _ =
        calls()
            .receiveKits(
                ReceiveKitsRequest.newBuilder()
                    .setRequestId(fresh())
                    .setStudyId(STUDY)
                    .setSiteId(SITE)
                    .addAllKits(kits)
                    .build());
  }

  private StudyServiceBlockingStub calls() {
    return StudyServiceGrpc.newBlockingStub(core).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static String fresh() {
    return UUID.randomUUID().toString();
  }
}
