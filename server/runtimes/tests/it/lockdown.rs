//! What a server in a container may not do, seen from inside of it.

use runtimes::runtime::Runtime;
use runtimes::spec::Resources;
use serde_json::Value;

use super::speaking::Conversation;
use super::with::{cli, container_ids, engine, script, started};

const LOOK: &str = r"
const fs = require('fs');
const read = path => { try { return fs.readFileSync(path, 'utf8').trim() } catch (error) { return error.code } };
const status = Object.fromEntries(read('/proc/self/status').split('\n').map(line => line.split(':\t')));
fs.writeFileSync('/tmp/writable', 'yes');
console.log(JSON.stringify({
  capabilities: status.CapEff, bounding: status.CapBnd, privileges: status.NoNewPrivs, parent: read('/proc/1/comm'),
  memory: read('/sys/fs/cgroup/memory/memory.limit_in_bytes') + read('/sys/fs/cgroup/memory.max'),
  hosts: read('/etc/hosts'), temporary: read('/proc/mounts').split('\n').find(line => line.includes(' /tmp ')),
}));
process.stdin.resume();
";

#[tokio::test]
async fn a_server_has_no_capability_and_cannot_gain_one() {
    let Some(engine) = engine() else { return };
    let mut spec = script(&format!("process.stdin.once('data', () => {{ {LOOK} }})"));
    spec.resources = Resources {
        memory_bytes: 200 * 1024 * 1024,
        cpu_millis: 500,
        pids: 77,
    };
    started(&engine.docker, &spec).await;
    let stdio = engine.attach(spec.id).await.expect("its streams");
    let mut conversation = Conversation::over(stdio);
    conversation.say(&Value::Null).await;
    let line = conversation.line().await.expect("what it sees");
    let seen: Value = serde_json::from_str(&line).expect("json");
    assert_eq!(seen["capabilities"], "0000000000000000");
    assert_eq!(seen["bounding"], "0000000000000000");
    assert_eq!(seen["privileges"], "1");
    assert!(seen["memory"].to_string().contains("209715200"), "{seen}");
    assert!(
        seen["hosts"].to_string().contains("host.docker.internal"),
        "{seen}"
    );
    let temporary = seen["temporary"].to_string();
    assert!(
        temporary.contains("tmpfs") && temporary.contains("nosuid"),
        "{temporary}"
    );
    assert_ne!(seen["parent"], "node", "an init buries the dead");

    let container = &container_ids(spec.id)[0];
    let format = "{{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}} {{.HostConfig.Privileged}} \
                  {{.HostConfig.LogConfig.Config}} {{.HostConfig.RestartPolicy.Name}}";
    let outside = cli(&["inspect", "--format", format, container]);
    assert!(outside.starts_with("500000000 77 false"), "{outside}");
    assert!(outside.contains("max-size:5m"), "{outside}");
}

#[tokio::test]
async fn a_fork_bomb_hits_its_limit_and_nobody_else() {
    let Some(engine) = engine() else { return };
    let mut spec = script(
        "const { spawn } = require('child_process'); let refused = false;
         process.stdin.once('data', () => {
           for (let i = 0; i < 100; i++) {
             const child = spawn('/bin/node', ['-e', 'setTimeout(() => {}, 60000)']);
             child.on('error', () => { if (!refused) { refused = true; console.log('refused'); } });
           }
         });",
    );
    spec.resources.pids = 40;
    started(&engine.docker, &spec).await;
    let stdio = engine.attach(spec.id).await.expect("its streams");
    let mut conversation = Conversation::over(stdio);
    conversation.say(&Value::Null).await;
    assert_eq!(conversation.line().await.as_deref(), Some("refused"));
}
