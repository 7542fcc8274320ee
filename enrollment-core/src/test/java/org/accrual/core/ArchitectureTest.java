package org.accrual.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Dependencies point inwards: domain <- application <- adapters. */
@AnalyzeClasses(packages = "org.accrual.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule DOMAIN_IS_JDK_ONLY =
      classes()
          .that()
          .resideInAPackage("org.accrual.core.domain..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("org.accrual.core.domain..", "java..", "org.jspecify.annotations");

  @ArchTest
  static final ArchRule DOMAIN_HAS_NO_CLOCK_AND_NO_DICE =
      noClasses()
          .that()
          .resideInAPackage("org.accrual.core.domain..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.util.UUID.class, "randomUUID")
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.random", "java.security", "java.io", "java.net");

  @ArchTest
  static final ArchRule APPLICATION_KNOWS_NO_FRAMEWORK =
      classes()
          .that()
          .resideInAPackage("org.accrual.core.application..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "org.accrual.core.application..",
              "org.accrual.core.domain..",
              "java..",
              "org.jspecify.annotations");

  @ArchTest
  static final ArchRule LAYERS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("domain")
          .definedBy("org.accrual.core.domain..")
          .layer("application")
          .definedBy("org.accrual.core.application..")
          .layer("eventstore")
          .definedBy("org.accrual.core.eventstore..")
          .layer("grpc")
          .definedBy("org.accrual.core.grpc..")
          .layer("saga")
          .definedBy("org.accrual.core.saga..")
          .layer("process")
          .definedBy("org.accrual.core")
          .whereLayer("process")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("grpc")
          .mayOnlyBeAccessedByLayers("process")
          .whereLayer("saga")
          .mayOnlyBeAccessedByLayers("process")
          .whereLayer("eventstore")
          .mayOnlyBeAccessedByLayers("saga", "process")
          .whereLayer("application")
          .mayOnlyBeAccessedByLayers("eventstore", "grpc", "saga", "process");

  @ArchTest
  static final ArchRule NOTHING_OF_THE_OTHER_PROCESSES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.accrual.consumers..", "org.accrual.relay..");
}
