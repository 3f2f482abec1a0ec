//! `process_*`: read when asked for, so that an idle program does nothing.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

#[derive(Debug, Default)]
pub(super) struct ProcessCollector;

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let pid = Pid::from_u32(std::process::id());
        let Ok(mut system) = System::new() else {
            return Ok(());
        };
        let what = ProcessRefreshKind::nothing().with_memory().with_cpu();
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
        let Some(process) = system.process(pid) else {
            return Ok(());
        };

        #[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
        let cpu = ConstCounter::new(process.accumulated_cpu_time() as f64 / 1000.0);
        let cpu_encoder = encoder.encode_descriptor(
            "process_cpu_seconds",
            "User and system CPU time spent",
            None,
            cpu.metric_type(),
        )?;
        cpu.encode(cpu_encoder)?;

        for (name, help, value) in [
            (
                "process_resident_memory_bytes",
                "Resident memory",
                process.memory(),
            ),
            (
                "process_virtual_memory_bytes",
                "Virtual memory",
                process.virtual_memory(),
            ),
            (
                "process_start_time_seconds",
                "Start time since the Unix epoch",
                process.start_time(),
            ),
            (
                "process_open_fds",
                "Open file descriptors",
                process.open_files().unwrap_or(0) as u64,
            ),
            (
                "process_max_fds",
                "File descriptors that may be open",
                process.open_files_limit().unwrap_or(0) as u64,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let gauge_encoder = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(gauge_encoder)?;
        }
        Ok(())
    }
}
