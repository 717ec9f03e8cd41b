package cn.yichuang.engine;

import java.util.List;
import org.camunda.bpm.engine.ProcessEngine;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Storage settings for the engine's busy tables, whose rows live for seconds and are updated a few times. Room
 * on the page lets an update stay off the indexes (locking an external task changes no indexed column), and an
 * early vacuum keeps a small table small. Set once, on tables that have no settings; an operator's own stay.
 */
@Component
class TableTuning implements ApplicationRunner {

  private static final List<String> BUSY =
      List.of("act_ru_ext_task", "act_ru_execution", "act_ru_task", "act_ru_variable", "act_ru_job");

  private final JdbcTemplate jdbc;
  private final String schema;

  /** @param engine asked for only because its tables exist once it has been built */
  TableTuning(JdbcTemplate jdbc, HostConfig config, ProcessEngine engine) {
    this.jdbc = jdbc;
    this.schema = config.schema();
  }

  @Override
  public void run(ApplicationArguments arguments) {
    for (String table : BUSY) {
      Boolean untouched = jdbc.queryForObject(
          "select reloptions is null from pg_class where oid = to_regclass(?)", Boolean.class, schema + "." + table);
      if (Boolean.TRUE.equals(untouched)) {
        jdbc.execute("alter table " + schema + "." + table
            + " set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)");
      }
    }
  }
}
