package org.accrual.relay;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

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
  static final ArchRule OUTBOX_IS_JDK_ONLY =
      classes()
          .that()
          .resideInAPackage("org.accrual.relay.stream.outbox..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("org.accrual.relay.stream.outbox..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule ONLY_THE_SOURCE_USES_DEBEZIUM =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.accrual.relay.stream.source..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.debezium..", "org.apache.kafka.connect..");

  @ArchTest
  static final ArchRule ONLY_THE_KAFKA_SIDE_USES_KAFKA_CLIENTS =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "org.accrual.relay.stream.encoding..",
              "org.accrual.relay.recovery..",
              "org.accrual.relay.stream.sink..",
              "org.accrual.relay.checkpoint..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka.clients..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      SlicesRuleDefinition.slices().matching("org.accrual.relay.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule SOURCE_AND_SINK_ARE_INDEPENDENT =
      SlicesRuleDefinition.slices()
          .matching("org.accrual.relay.stream.(source|encoding|sink)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              resideInAPackage("org.accrual.relay.stream.sink"),
              resideInAPackage("org.accrual.relay.stream.encoding"));
}
