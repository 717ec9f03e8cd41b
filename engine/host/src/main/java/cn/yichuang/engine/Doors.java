package cn.yichuang.engine;

import javax.sql.DataSource;
import org.camunda.bpm.engine.ExternalTaskService;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.TaskService;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** What answers HTTP beside the engine's REST resources, and the guard before all of it. */
@Configuration(proxyBeanMethods = false)
class Doors {

  @Bean
  FilterRegistrationBean<Guard> guard(HostConfig config) {
    FilterRegistrationBean<Guard> registration = new FilterRegistrationBean<>(new Guard(config));
    registration.addUrlPatterns("/*");
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    registration.setAsyncSupported(true);
    return registration;
  }

  @Bean
  ServletRegistrationBean<Health> health(DataSource database) {
    return new ServletRegistrationBean<>(new Health(database), Health.PATH);
  }

  /** An exact path goes before the REST resources' {@code /engine-rest/*}. */
  @Bean
  ServletRegistrationBean<BulkComplete> bulkComplete(ExternalTaskService externalTasks) {
    return new ServletRegistrationBean<>(new BulkComplete(externalTasks), BulkComplete.PATH);
  }

  @Bean
  ServletRegistrationBean<BulkCommand> bulkCommand(RuntimeService instances, TaskService tasks) {
    return new ServletRegistrationBean<>(new BulkCommand(instances, tasks), BulkCommand.PATH);
  }
}
