package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionParserTest {

  @ParameterizedTest
  @CsvSource(delimiterString = " => ", quoteCharacter = '`', value = {
      "${approved} => ${approved}",
      "${ not approved } => ${!(approved)}",
      "${score >= 3} => ${score >= 3}",
      "${score ge -3.5} => ${score >= -3.5}",
      "${outcome == \"同意\"} => ${outcome == '同意'}",
      "${a == null and (b or !c)} => ${(a == null && (b || !(c)))}",
      "${a eq 'x' && b ne 'y' or c} => ${((a == 'x' && b != 'y') || c)}",
      "${nrOfCompletedInstances == nrOfInstances} => ${nrOfCompletedInstances == nrOfInstances}",
      "${android} => ${android}"})
  void prints_its_own_reading_of_a_condition(String text, String canonical) throws Exception {
    assertThat(ConditionParser.parse(text).text()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(strings = {"${a == 'x' and (b > 2 or not c)}", "${!(a) || b lt 4 and c}"})
  void reads_its_own_print_as_the_same_tree(String text) throws Exception {
    Condition once = ConditionParser.parse(text);
    assertThat(ConditionParser.parse(once.text())).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "approved", "#{approved}", "${}", "${a.b == 1}", "${a['b']}", "${a()}", "${''.getClass()}",
      "${execution.processBusinessKey == 'x'}", "${a ? b : c}", "${a + 1 == 2}", "${a == 1 == 2}", "${a == 'x'.y}",
      "${a == '\\u0027'}", "${a == '${b}'}", "${a} and ${b}", "${(a}", "${a)}", "${a and}", "${'x'}",
      "${1}", "${null}", "${empty a}", "${a mod 2 == 0}", "${fn:call(a)}", "${a == 0x10}", "${a == 1e5}", "${a;b}"})
  void refuses_what_is_not_a_comparison_of_variables(String text) {
    assertThat(parses(text)).isFalse();
  }

  @Test
  void refuses_deep_nesting_before_the_stack_does() {
    String deep = "${" + "(".repeat(900) + "a" + ")".repeat(900) + "}";
    assertThatThrownBy(() -> ConditionParser.parse(deep)).hasMessageContaining("nested deeper");
    String nots = "${" + "!".repeat(900) + "a}";
    assertThatThrownBy(() -> ConditionParser.parse(nots)).hasMessageContaining("nested deeper");
  }

  @Test
  void tells_a_lone_variable_from_anything_else() {
    assertThat(ConditionParser.isVariable("${dueAt}")).isTrue();
    assertThat(ConditionParser.isVariable("${ dueAt }")).isTrue();
    for (String other : new String[] {"dueAt", "#{dueAt}", "${a.b}", "${execution}", "${true}", "${a}b", "${a}${b}"}) {
      assertThat(ConditionParser.isVariable(other)).as(other).isFalse();
    }
  }

  private static boolean parses(String text) {
    try {
      ConditionParser.parse(text);
      return true;
    } catch (ConditionParser.BadCondition e) {
      return false;
    }
  }
}
