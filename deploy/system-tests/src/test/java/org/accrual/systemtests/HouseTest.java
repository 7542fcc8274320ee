package org.accrual.systemtests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house's walls: who may know whom, read from the compiled classes of every module. */
class HouseTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final List<String> MODULES =
      List.of(
          "api-proto",
          "deploy/runtime",
          "deploy/provision",
          "deploy/embedded",
          "deploy/local",
          "consumers/intake",
          "consumers",
          "enrollment-core",
          "outbox-relay");
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .importPaths(
              MODULES.stream()
                  .map(module -> ROOT.resolve(module).resolve("target/classes"))
                  .toList());

  private static final String SET_LOCALE = "java.util.Locale.setDefault(java.util.Locale)";
  private static final String ROOT_LOCALE = "java.util.Locale.ROOT";

  private static final String[] CONTRACT = {
    "org.accrual.contract..", "org.accrual.api..", "org.accrual.event.."
  };

  @Test
  void everyModuleIsLookedAt() {
    for (String part :
        List.of(
            "contract",
            "runtime",
            "provision",
            "embedded",
            "local",
            "intake",
            "consumers",
            "core",
            "relay")) {
      assertThat(ALL).anyMatch(type -> type.getPackageName().startsWith("org.accrual." + part));
    }
  }

  @Test
  void theContractKnowsNobody() {
    keeps(
        noClasses()
            .that()
            .resideInAnyPackage(CONTRACT)
            .should()
            .dependOnClassesThat(ours().and(not(resideInAnyPackage(CONTRACT)))));
  }

  @Test
  void theRuntimeKnowsTheContractOnly() {
    keeps(onlyKnows("runtime"));
  }

  @Test
  void theIntakeKnowsTheContractAndTheRuntime() {
    keeps(onlyKnows("intake", "runtime"));
  }

  @Test
  void theWriteSideTakesNothingFromTheReadSideButTheIntake() {
    keeps(onlyKnows("core", "runtime", "intake"));
  }

  @Test
  void theReadSideNeverImportsTheWriteSide() {
    keeps(onlyKnows("consumers", "runtime", "intake"));
  }

  @Test
  void theRelayKnowsNeitherSide() {
    keeps(onlyKnows("relay", "runtime"));
  }

  @Test
  void theEmbeddedPartsKnowNobody() {
    keeps(onlyKnows("embedded"));
  }

  @Test
  void theLauncherReachesTheServicesByTheirContractsOnly() {
    keeps(onlyKnows("local", "embedded", "provision", "runtime"));
  }

  @Test
  void theDomainIsJdkOnly() {
    keeps(
        classes()
            .that()
            .resideInAPackage("org.accrual.core.domain..")
            .should()
            .onlyDependOnClassesThat(
                resideInAnyPackage(
                    "java..", "org.accrual.core.domain..", "org.jspecify.annotations..")));
  }

  @Test
  void everyProgramRunsUnderTheRootLocale() {
    keeps(
        methods()
            .that()
            .haveName("main")
            .and()
            .haveRawParameterTypes(String[].class)
            .should(setTheRootLocale()));
  }

  /** Else {@code %d} has other digits than 0 to 9 in addresses, SQL and JSON of some locales. */
  private static ArchCondition<JavaMethod> setTheRootLocale() {
    return new ArchCondition<>("call Locale.setDefault(Locale.ROOT)") {
      @Override
      public void check(JavaMethod main, ConditionEvents events) {
        boolean sets =
            main.getMethodCallsFromSelf().stream()
                    .anyMatch(call -> call.getTarget().getFullName().startsWith(SET_LOCALE))
                && main.getFieldAccesses().stream()
                    .anyMatch(field -> field.getTarget().getFullName().equals(ROOT_LOCALE));
        events.add(new SimpleConditionEvent(main, sets, main.getDescription()));
      }
    };
  }

  @Test
  void noModuleNeedsATestJar() throws IOException {
    for (String module : MODULES) {
      assertThat(ROOT.resolve(module).resolve("pom.xml"))
          .content()
          .as("deploy/up builds without tests, and so without test-jars")
          .doesNotContain("<type>test-jar</type>");
    }
  }

  @Test
  void namesSayWhatAThingIs() {
    keeps(
        noClasses()
            .that(ours().and(not(resideInAnyPackage(CONTRACT))))
            .should()
            .haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)"));
  }

  @Test
  void everyPackageSaysWhereItLiesAndIsNullMarked() throws IOException {
    for (String module : MODULES) {
      Path sources = ROOT.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path folder : files.filter(HouseTest::holdsClasses).toList()) {
          assertThat(folder.resolve("package-info.java"))
              .content()
              .containsPattern("(?s)^/\\*\\*.{20,}\\*/\\s*@NullMarked\\s");
        }
      }
    }
  }

  private static boolean holdsClasses(Path folder) {
    try (Stream<Path> inside =
        Files.isDirectory(folder) ? Files.list(folder) : Stream.<Path>empty()) {
      return inside.anyMatch(file -> file.toString().endsWith(".java"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static com.tngtech.archunit.base.DescribedPredicate<
          com.tngtech.archunit.core.domain.JavaClass>
      ours() {
    return resideInAPackage("org.accrual..");
  }

  private static ArchRule onlyKnows(String part, String... others) {
    String[] allowed =
        Stream.concat(
                Stream.of(CONTRACT),
                Stream.concat(Stream.of(part), Stream.of(others))
                    .map(name -> "org.accrual." + name + ".."))
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage("org.accrual." + part + "..")
        .should()
        .dependOnClassesThat(ours().and(not(resideInAnyPackage(allowed))));
  }

  private static void keeps(ArchRule rule) {
    rule.check(ALL);
  }
}
