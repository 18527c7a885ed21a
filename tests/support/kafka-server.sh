#!/usr/bin/env bash
# A real Apache Kafka for tests: one process (broker and controller, KRaft) on 127.0.0.1, from the Maven jars.
#
#   kafka-server.sh fetch                 jars into .kafka/ at the repository root (once per machine)
#   kafka-server.sh start [dir] [port]    prints KAFKA_BROKERS=127.0.0.1:PORT once the broker serves; with a
#                                         running one in that folder, prints its address again
#   kafka-server.sh stop [dir]            ends it, by its pid; the folder stays, so that a start goes on with it
#
# dir defaults to .kafka/run, port to a free one. Needs Java 17 or later, and for `fetch` Maven (mvn).
# Typical use: eval "$(tests/support/kafka-server.sh start)" && export KAFKA_BROKERS
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
kafka=4.1.0
# The logging binding is no dependency of the server jar; without one Kafka is mute when something is wrong.
log4j=2.24.3
jars=$root/.kafka/jars-$kafka
start_limit_s=60

fail() {
  echo "kafka-server: $*" >&2
  exit 1
}

fetch() {
  [ -d "$jars" ] && return 0
  command -v mvn >/dev/null || fail "Maven (mvn) is needed once, to fetch Apache Kafka $kafka"
  local work
  mkdir -p "$root/.kafka"
  work=$(mktemp -d "$root/.kafka/fetch.XXXXXX")
  cat >"$work/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$kafka</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>$log4j</version></dependency>
  </dependencies>
</project>
XML
  echo "fetching Apache Kafka $kafka (about 45 MB of jars, once per machine) ..." >&2
  if ! mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$work/jars" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    fail "Maven could not fetch Apache Kafka; the whole log is in $work/log"
  fi
  # Another process may have been faster; either copy is whole.
  mv -T "$work/jars" "$jars" 2>/dev/null || true
  rm -rf "$work"
}

# The pid of the broker of this folder, if it runs. A pid from before a reboot may belong to somebody else.
running_pid() {
  local pid
  pid=$(cat "$dir/pid" 2>/dev/null) || return 1
  ps -o args= -p "$pid" 2>/dev/null | grep -qF "$dir/server.properties" || return 1
  echo "$pid"
}

free_port() {
  # Below those that the system gives to connections: a server that is started again finds its port free.
  node -e '
    const look = () => {
      const port = require("crypto").randomInt(10240, 32000);
      const server = require("net").createServer().on("error", look);
      server.listen(port, "127.0.0.1", () => { console.log(port); server.close(); });
    };
    look();'
}

write_settings() {
  local port=$1 controller_port=$2
  cat >"$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A restarted broker may register again once the session of its former life is over (default 9 s).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=8388608
PROPERTIES
  cat >"$dir/log4j2.properties" <<PROPERTIES
status=error
appender.file.type=File
appender.file.name=file
appender.file.fileName=$dir/server.log
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.file.ref=file
# It says when the server is up.
logger.start.name=kafka.server.KafkaRaftServer
logger.start.level=info
PROPERTIES
}

start() {
  local port=${1:-}
  if running_pid >/dev/null; then
    cat "$dir/address"
    return 0
  fi
  command -v java >/dev/null || fail "Java 17 or later is needed to run Apache Kafka"
  fetch
  mkdir -p "$dir"
  port=${port:-$(free_port)}
  write_settings "$port" "$(free_port)"
  : >"$dir/server.log"
  local java=(java -Xms128m -Xmx512m -Dlog4j2.configurationFile="$dir/log4j2.properties" -cp "$jars/*")
  "${java[@]}" kafka.tools.StorageTool format --ignore-formatted -t "$(cluster_id)" -c "$dir/server.properties" \
    >"$dir/format.log" 2>&1 || fail "the storage could not be formatted: $(tail -n 5 "$dir/format.log")"
  nohup "${java[@]}" kafka.Kafka "$dir/server.properties" >"$dir/stdout.log" 2>&1 </dev/null &
  echo $! >"$dir/pid"
  local waited=0
  until grep -q 'Kafka Server started' "$dir/server.log"; do
    sleep 0.2
    running_pid >/dev/null || fail "Kafka ended at once: $(tail -n 10 "$dir/server.log" "$dir/stdout.log")"
    waited=$((waited + 1))
    [ "$waited" -lt $((start_limit_s * 5)) ] || { stop; fail "Kafka was not up within $start_limit_s s; see $dir/server.log"; }
  done
  echo "KAFKA_BROKERS=127.0.0.1:$port" | tee "$dir/address"
}

# 16 random bytes in URL-safe base64, kept with the folder so that a restart finds its own storage.
cluster_id() {
  [ -s "$dir/cluster-id" ] || node -p 'require("crypto").randomBytes(16).toString("base64url").replace(/^-/, "A")' >"$dir/cluster-id"
  cat "$dir/cluster-id"
}

stop() {
  local pid
  pid=$(running_pid) || return 0
  kill "$pid"
  for _ in $(seq 100); do
    running_pid >/dev/null || break
    sleep 0.2
  done
  if running_pid >/dev/null; then kill -9 "$pid"; fi
  rm -f "$dir/pid" "$dir/address"
}

command=${1:-}
dir=${2:-$root/.kafka/run}
case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
case $command in
  fetch) fetch ;;
  start) start "${3:-}" ;;
  stop) stop ;;
  *)
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
