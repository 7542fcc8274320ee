package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.study.v1.ListStudiesRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageRequestTest {
  private static final ListEnrollmentsRequest LIST =
      ListEnrollmentsRequest.newBuilder().setStudyId("S1").setSiteId("V1").build();
  private static final String TOKEN = PageRequest.of(LIST).tokenAfter("a\nb", 7);

  @ParameterizedTest
  @CsvSource({"0,50", "1,1", "1000,1000", "1001,1000", "2147483647,1000"})
  @DisplayName("A page has 50 items if the request names no size, and never more than 1000")
  void coercesSizes(int asked, int size) {
    assertThat(PageRequest.of(LIST.toBuilder().setPageSize(asked).build()).size()).isEqualTo(size);
  }

  @Test
  void refusesANegativeSize() {
    assertThatThrownBy(() -> PageRequest.of(LIST.toBuilder().setPageSize(-1).build()))
        .hasMessageContaining("page_size");
  }

  @Test
  void theFirstPageBeginsAfterNothing() {
    assertThat(PageRequest.of(LIST).after(2, key -> key)).isEmpty();
  }

  @Test
  @DisplayName("A token returns its key, also when size and consistency token have changed")
  void returnsTheKey() {
    ListEnrollmentsRequest next =
        LIST.toBuilder().setPageToken(TOKEN).setPageSize(3).setMinConsistencyToken("newer").build();

    assertThat(PageRequest.of(next).after(2, key -> key)).contains(List.of("a\nb", "7"));
  }

  @Test
  @DisplayName("A token of another filter or another list is refused")
  void isOfOneList() {
    assertRefused(LIST.toBuilder().setSiteId("").setPageToken(TOKEN).build());
    assertRefused(LIST.toBuilder().setStateValue(2).setPageToken(TOKEN).build());
    assertThatThrownBy(
            () -> PageRequest.of(ListStudiesRequest.newBuilder().setPageToken(TOKEN).build()))
        .hasMessageContaining("page_token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "AA", "not base64!", "AAAA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"})
  void refusesOtherTexts(String text) {
    assertRefused(LIST.toBuilder().setPageToken(text).build());
  }

  @Test
  @DisplayName("A forged key is refused: U+0000, another number of parts, not the key's form")
  void refusesForgedKeys() {
    assertRefused(tokened("a\0", "b"));
    assertRefused(tokened("a"));
    assertThatThrownBy(
            () ->
                PageRequest.of(tokened("no uuid")).after(1, key -> UUID.fromString(key.getFirst())))
        .hasMessageContaining("page_token");
  }

  private static ListEnrollmentsRequest tokened(Object... key) {
    return LIST.toBuilder().setPageToken(PageRequest.of(LIST).tokenAfter(key)).build();
  }

  private static void assertRefused(ListEnrollmentsRequest request) {
    assertThatThrownBy(() -> PageRequest.of(request).after(2, key -> key))
        .hasMessageContaining("page_token");
  }
}
