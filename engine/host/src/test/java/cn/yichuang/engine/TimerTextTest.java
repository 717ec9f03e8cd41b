package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimerTextTest {

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "timeDuration | PT10M", "timeDuration | P20D", "timeDuration | P1DT12H", "timeDuration | ${waitFor}",
      "timeDate | 2026-12-01T00:00:00+08:00", "timeDate | 2026-12-01T00:00:00Z", "timeDate | ${dueAt}",
      "timeCycle | R3/PT10S"})
  void allows_iso_literals_and_one_variable(String element, String text) {
    assertThat(TimerText.isAllowed(element, text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "timeDuration | P", "timeDuration | PT", "timeDuration | 10m", "timeDuration | ${now().plus(1)}",
      "timeDuration | R3/PT10S", "timeDate | 2026-12-01T00:00:00", "timeDate | tomorrow", "timeDate | PT10M",
      "timeCycle | R/PT10S", "timeCycle | R0/PT10S", "timeCycle | 0 0/5 * * * ?", "timeCycle | PT10S"})
  void refuses_everything_else(String element, String text) {
    assertThat(TimerText.isAllowed(element, text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"R5/PT10S | true", "PT10S,PT1M,PT5M | true", "PT1M | true", "${cycle} | false",
      "PT10S, | false", "R/PT1M | false"})
  void bounds_the_retries_of_jobs(String text, boolean allowed) {
    assertThat(TimerText.isRetryCycle(text)).isEqualTo(allowed);
  }
}
