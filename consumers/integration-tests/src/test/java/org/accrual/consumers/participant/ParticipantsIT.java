package org.accrual.consumers.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.accrual.api.query.v1.KitQueryServiceGrpc;
import org.accrual.api.query.v1.KitState;
import org.accrual.api.query.v1.ListKitsRequest;
import org.accrual.api.query.v1.ListKitsResponse;
import org.accrual.api.query.v1.SiteKit;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.event.randomization.Randomized;
import org.accrual.fixtures.EventWriter;
import org.accrual.intake.Message;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.blinding.Seal;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The three of them as a process, from topics to answers in the outbox. */
class ParticipantsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String RANDOMIZED = "accrual.randomization.randomized.v1";
  private static final List<String> ARMS = List.of("planted-verum", "planted-placebo");

  private final ReadSide parts = new ReadSide();
  private final EventWriter writer = parts.writer();
  private final BlindingKeys keys = BlindingKeys.make();
  private final Seal seal = Seal.of(keys.publicKey());
  private final SiteKey small = new SiteKey("study", "small");
  private final SiteKey scarce = new SiteKey("study", "scarce");

  @AfterEach
  void close() {
    parts.close();
  }

  /**
   * Commands before the news that they rest on, each of them three times, the process killed again
   * and again: every step is answered, slots and kits balance, and nobody learns an arm.
   */
  @Test
  void everyStepIsAnsweredAndAllBalancesThoughTheProcessIsKilled() {
    List<Saga> sagas = new ArrayList<>();
    IntStream.range(0, 60).forEach(i -> sagas.add(Saga.at(i % 2 == 0 ? small : scarce)));
    sagas.forEach(saga -> sendThrice(Topics.CAPACITY_COMMANDS, saga.reserveSlot(1)));
    sagas.forEach(saga -> sendThrice(Topics.SUPPLY_COMMANDS, saga.holdKits(1, 3)));
    sagas.forEach(
        saga -> sendThrice(Topics.RANDOMIZATION_COMMANDS, saga.randomize(Map.of("sex", "f"), 1)));
    writer.flush();
    ConsumersProcess process = start().awaitReady();
    await().atMost(LIMIT).until(() -> pending("capacity") == 60 && pending("supply") == 60);
    process.kill();

    news();
    process = start();
    await().atMost(LIMIT).until(() -> count("select count(*) from capacity.reservation") > 0);
    process.kill();
    process = start();

    awaitRows(
        "select site_id, state, count(*) from capacity.reservation group by 1, 2 order by 1, 2",
        "scarce|reserved|30",
        "small|refused|10",
        "small|reserved|20");
    awaitRows(
        "select site_id, state, count(*) from supply.hold group by 1, 2 order by 1, 2",
        "scarce|held|5",
        "scarce|refused|25",
        "small|held|30");
    awaitRows("select count(*) from randomization.allocation", "60");
    awaitRows(
        "select (select count(*) from capacity.pending) + (select count(*) from supply.pending)"
            + " + (select count(*) from randomization.pending)",
        "0");

    List<Saga> held = sagas.stream().filter(saga -> isHeld(saga)).toList();
    held.forEach(saga -> sendThrice(Topics.SUPPLY_COMMANDS, saga.allocateKit(armOf(saga))));
    writer.flush();
    await().atMost(LIMIT).until(() -> count("select count(enrollment_id) from supply.kit") > 0);
    process.kill();
    process = start();
    awaitRows(
        "select state, count(*) from supply.hold group by 1 order by 1",
        "allocated|35",
        "refused|25");
    awaitRows("select count(*), count(enrollment_id) from supply.kit", "70|35");
    nobodyLearnsAnArm();
    listedKitsHaveNoArm(process);

    sagas.forEach(saga -> sendThrice(Topics.SUPPLY_COMMANDS, saga.releaseKits()));
    sagas.forEach(saga -> sendThrice(Topics.CAPACITY_COMMANDS, saga.releaseSlot()));
    writer.flush();
    awaitRows("select state, count(*) from supply.hold group by 1", "released|60");
    awaitRows("select state, count(*) from capacity.reservation group by 1", "released|60");
    awaitRows("select count(*), count(enrollment_id) from supply.kit", "70|0");
    awaitRows("select sum(taken) from capacity.site", "0");
    // Every command that was decided was answered, some more than once.
    awaitRows(
        "select type, count(distinct headers ->> 'ce_causationid') >= 180 from outbox.message"
            + " where type like '%released%' group by 1 order by 1",
        "accrual.capacity.slot-released.v1|t", "accrual.supply.kits-released.v1|t");
    assertThat(process.stop()).isIn(0, 143);
  }

  private void news() {
    writer.send(
        Topics.STUDY_EVENTS,
        "study",
        1,
        News.registered("study", Map.of(ARMS.get(0), 1, ARMS.get(1), 1)));
    for (SiteKey site : List.of(small, scarce)) {
      int capacity = site.equals(small) ? 20 : 100;
      int kits = site.equals(small) ? 30 : 5;
      writer.send(Topics.SITE_EVENTS, site.toString(), 1, News.activated(site, capacity));
      for (int arm = 0; arm < 2; arm++) {
        List<String> delivery = Collections.nCopies(kits, ARMS.get(arm));
        String prefix = site.siteId() + "-" + arm + "-";
        writer.send(
            Topics.SITE_EVENTS, site.toString(), 2 + arm, News.kits(site, seal, prefix, delivery));
      }
    }
    writer.flush();
  }

  private ConsumersProcess start() {
    Base64.Encoder base64 = Base64.getEncoder();
    return parts.start(
        Map.of(
            "accrual.consumers.enabled",
            "capacity,randomization,supply",
            "accrual.intake.batch-size",
            "20",
            "accrual.blinding.public-key",
            base64.encodeToString(keys.publicKey()),
            "accrual.blinding.private-key",
            base64.encodeToString(keys.privateKey())));
  }

  /** Neither as text nor as bytes, in any table but those of the studies' designs, nor in a log. */
  private void nobodyLearnsAnArm() {
    List<String> tables =
        parts.rows(
            """
            select schemaname || '.' || tablename from pg_tables
             where schemaname in ('capacity', 'randomization', 'supply', 'outbox')
               and tablename <> 'study'
            """);
    assertThat(tables).contains("supply.kit", "randomization.stratum", "outbox.message_default");
    for (String arm : ARMS) {
      String hex = HexFormat.of().formatHex(arm.getBytes(StandardCharsets.UTF_8));
      for (String table : tables) {
        String search =
            "select count(*) from %s t where t::text ~ '%s|%s'".formatted(table, arm, hex);
        assertThat(parts.rows(search)).as(table).containsExactly("0");
      }
      assertThat(parts.logs()).doesNotContain(arm);
    }
    // The search finds what is there.
    assertThat(parts.rows("select count(*) from supply.study t where t::text ~ 'planted-verum'"))
        .containsExactly("1");
  }

  private void listedKitsHaveNoArm(ConsumersProcess process) {
    ListKitsRequest.Builder request =
        ListKitsRequest.newBuilder()
            .setStudyId("study")
            .setSiteId("scarce")
            .setState(KitState.KIT_STATE_DISPENSED)
            .setPageSize(4)
            .setMinConsistencyToken(new ConsistencyToken("site", "study/scarce", 3).encoded());
    var stub =
        KitQueryServiceGrpc.newBlockingStub(process.channel())
            .withWaitForReady()
            .withDeadlineAfter(30, TimeUnit.SECONDS);

    ListKitsResponse first = stub.listKits(request.build());
    ListKitsResponse second = stub.listKits(request.setPageToken(first.getNextPageToken()).build());

    assertThat(first.getKitsList()).hasSize(4);
    assertThat(second.getKitsList()).hasSize(1);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(Stream.of(first, second).flatMap(page -> page.getKitsList().stream()))
        .allMatch(kit -> kit.getState() == KitState.KIT_STATE_DISPENSED)
        .allMatch(kit -> !kit.getEnrollmentId().isEmpty() && kit.getLot().equals("LOT-7"))
        .extracting(SiteKit::getKitId)
        .isSorted()
        .doesNotHaveDuplicates();
    ARMS.forEach(arm -> assertThat(first + " " + second).doesNotContain(arm));
  }

  private void sendThrice(String topic, SpecificRecord command) {
    for (int i = 0; i < 3; i++) {
      writer.send(topic, SiteKey.of(command).toString(), Message.UNSEQUENCED, command);
    }
  }

  private boolean isHeld(Saga saga) {
    return count(
            "select count(*) from supply.hold where state = 'held' and enrollment_id = '%s'"
                .formatted(saga.enrollment()))
        == 1;
  }

  private byte[] armOf(Saga saga) {
    String payload =
        parts
            .rows(
                "select encode(payload, 'hex') from outbox.message where type = '%s'"
                        .formatted(RANDOMIZED)
                    + " and position(convert_to('%s', 'UTF8') in payload) > 0 limit 1"
                        .formatted(saga.enrollment()))
            .getFirst();
    Randomized answer =
        (Randomized) new PlainAvro(RANDOMIZED, 1, HexFormat.of().parseHex(payload)).body(null);
    byte[] sealed = new byte[answer.getSealedArm().remaining()];
    answer.getSealedArm().get(sealed);
    return sealed;
  }

  private long pending(String schema) {
    return count("select count(*) from " + schema + ".pending");
  }

  private long count(String sql) {
    return Long.parseLong(parts.rows(sql).getFirst());
  }

  private void awaitRows(String sql, String... rows) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(parts.rows(sql)).containsExactly(rows));
  }
}
