package org.accrual.consumers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.accrual.consumers", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule consumersKnowNeitherTheWriteSideNorTheRelay =
      noClasses()
          .that()
          .resideInAPackage("org.accrual.consumers..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.accrual.core..", "org.accrual.relay..");

  @ArchTest
  static final ArchRule whatWritesTheProjectionDoesNotKnowWhoReadsIt =
      noClasses()
          .that()
          .resideInAPackage("org.accrual.consumers.projection..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.accrual.consumers.query..");
}
