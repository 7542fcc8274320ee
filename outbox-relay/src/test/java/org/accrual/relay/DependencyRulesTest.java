package org.accrual.relay;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.accrual.relay", importOptions = DoNotIncludeTests.class)
class DependencyRulesTest {
  @ArchTest
  static final ArchRule RELAY_KNOWS_NO_SIBLING_BUT_CONTRACT_AND_RUNTIME =
      noClasses()
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage("org.accrual..")
                  .and(
                      JavaClass.Predicates.resideOutsideOfPackages(
                          "org.accrual.relay..",
                          "org.accrual.contract..",
                          "org.accrual.runtime..",
                          "org.accrual.event..")));

  @ArchTest
  static final ArchRule WHAT_IS_CARRIED_IS_PURE =
      classes()
          .that()
          .resideInAPackage("org.accrual.relay.outbox..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("org.accrual.relay.outbox..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule ONLY_THE_SOURCE_KNOWS_DEBEZIUM =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.accrual.relay.source..", "io.debezium.pipeline..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.debezium..", "org.apache.kafka.connect..");

  @ArchTest
  static final ArchRule ONLY_THE_SINK_KNOWS_KAFKA_CLIENTS =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.accrual.relay.sink..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka.clients..");

  @ArchTest
  static final ArchRule SOURCE_SLOT_AND_SINK_MEET_ONLY_IN_THE_PROCESS =
      com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices()
          .matching("org.accrual.relay.(source|slot|sink)..")
          .should()
          .notDependOnEachOther();
}
