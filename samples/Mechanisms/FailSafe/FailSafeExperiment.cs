using System.Globalization;
using Xen.Guests;
using Xen.Mechanisms.Clusters;
using Xen.XenWorkloads;

namespace Xen.Mechanisms.FailSafe;

/// <summary>What is done between the publication of a flaw and its patch.</summary>
public enum FailSafePolicy
{
    /// <summary>Nothing: the service goes on, and is patched when there is a patch.</summary>
    None,

    /// <summary>The service is stopped from the publication to the patch.</summary>
    SuspendAtDisclosure,

    /// <summary>The external monitor, with checkpoints to return to.</summary>
    Monitor,
}

/// <summary>What else may be varied.</summary>
public sealed record FailSafeSetup(FailSafePolicy Policy)
{
    public MonitorQuality Quality { get; init; } = new();

    /// <summary>The monitor dies before the attack.</summary>
    public bool MonitorDies { get; init; }

    /// <summary>Somebody notices when it does.</summary>
    public bool Watchdog { get; init; } = true;

    /// <summary>The last checkpoint is taken, whatever it holds, instead of the last one before the attack.</summary>
    public bool RestoreLastCheckpoint { get; init; }

    /// <summary>Nobody attacks.</summary>
    public bool NoAttack { get; init; }
}

/// <summary>What happened.</summary>
/// <param name="UnsafeOutputs">Outputs of a service that somebody else controls.</param>
/// <param name="UnsafeAfterDetection">Those of them after the first symptom and the time that detection takes.</param>
/// <param name="Availability">The share of requests answered right and in time.</param>
/// <param name="AvailabilityUntilAttack">The same, up to the attack.</param>
/// <param name="RolledBack">Acknowledged requests that went with the way back to a checkpoint.</param>
/// <param name="FalseAlarms">Alarms without a symptom.</param>
/// <param name="MonitorFailureSeen">The failure of the monitor was noticed.</param>
/// <param name="CompromisedAtEnd">Somebody else controls the service still.</param>
public sealed record FailSafeRun(int UnsafeOutputs, int UnsafeAfterDetection, double Availability, double AvailabilityUntilAttack, long RolledBack, int FalseAlarms, bool MonitorFailureSeen, bool CompromisedAtEnd);

/// <summary>A flaw is published after 1 s, attacked after 2.7 s, and patched after 4 s of 6.</summary>
public static class FailSafeExperiment
{
    private const int Clients = 32;
    private const int Rate = 10;
    private const int Attacker = 200;
    private const int PatchedVersion = 2;
    private const long DisclosureNs = 1000 * Cluster.MillisecondNs;
    private const long MonitorDeathNs = 2000 * Cluster.MillisecondNs;
    private const long AttackNs = 2700 * Cluster.MillisecondNs;
    private const long PatchNs = 4000 * Cluster.MillisecondNs;
    private const long SecondAttackNs = 5000 * Cluster.MillisecondNs;
    private const long EndNs = 6000 * Cluster.MillisecondNs;
    private const long CheckpointEveryNs = 500 * Cluster.MillisecondNs;

    /// <summary>A period of the monitor, and what the toolstack takes to destroy a VM.</summary>
    private const long DetectionNs = 100 * Cluster.MillisecondNs;

    public static FailSafeRun Run(ulong seed, FailSafeSetup setup)
    {
        var cluster = new Cluster(seed, 2, ["a"]);
        var router = new RequestRouter(cluster);
        var machine = cluster.Machines[0];
        var plan = new VmPlan("web", new ServiceOptions { Id = 1, WorkUs = 500, BootMs = 100, FlawedBelow = PatchedVersion });
        cluster.Create(machine, plan);
        var pool = new ClientPool(cluster, router, new ClientPlan(0, Clients, Rate), 1);
        pool.Start(EndNs - Cluster.SecondNs / 2);
        var checkpoints = new CheckpointStore(cluster, machine, plan);
        ExternalMonitor? monitor = null;
        MonitorWatchdog? watchdog = null;
        long? firstSymptom = null;
        var (outputs, late) = (0, 0);
        var untilAttack = 1.0;
        cluster.Network.UnsafeOutputPassed += _ =>
        {
            firstSymptom ??= cluster.Now;
            outputs++;
            if (cluster.Now > firstSymptom + DetectionNs) late++;
        };

        var timeline = new Timeline(cluster);
        timeline.At(DisclosureNs, Disclose);
        if (setup.MonitorDies) timeline.At(MonitorDeathNs, () => monitor?.Kill());
        timeline.At(AttackNs, () =>
        {
            untilAttack = pool.Availability;
            if (!setup.NoAttack) Attack(1);
        });
        timeline.At(PatchNs, Patch);
        timeline.At(SecondAttackNs, () =>
        {
            if (!setup.NoAttack) Attack(2);
        });
        if (setup.Policy == FailSafePolicy.Monitor)
        {
            checkpoints.Take();
            timeline.Every(CheckpointEveryNs, () =>
            {
                if (monitor is null or { CrashedVmAt: null } && watchdog is null or { StoppedVmAt: null }) checkpoints.Take();
                return cluster.Now < PatchNs - CheckpointEveryNs;
            });
        }

        timeline.Run(EndNs);
        return new FailSafeRun(outputs, late, pool.Availability, untilAttack, pool.RolledBack, monitor?.FalseAlarms ?? 0, watchdog?.StoppedVmAt is not null,
            cluster.Network.LivingServiceOf(1) is { Compromised: true });

        void Attack(long number) => cluster.Network.Send(1, new ServiceRequest(Attacker, number, 0, Service.Exploit));

        void Disclose()
        {
            switch (setup.Policy)
            {
                case FailSafePolicy.SuspendAtDisclosure:
                    cluster.MustXl(machine, "pause", plan.Name);
                    break;
                case FailSafePolicy.Monitor:
                    monitor = new ExternalMonitor(cluster, machine, plan, setup.Quality);
                    watchdog = new MonitorWatchdog(cluster, machine, plan, monitor, 3 * setup.Quality.PeriodNs);
                    timeline.Every(setup.Quality.PeriodNs, () =>
                    {
                        monitor.Step();
                        if (setup.Watchdog) watchdog.Step();
                        return cluster.Now < PatchNs;
                    });
                    break;
            }
        }

        void Patch()
        {
            if (setup.Policy == FailSafePolicy.SuspendAtDisclosure) cluster.MustXl(machine, "unpause", plan.Name);
            if (monitor is null || (monitor.CrashedVmAt is null && watchdog?.StoppedVmAt is null))
            {
                cluster.Network.ServiceOf(1)!.Patch(PatchedVersion);
                return;
            }

            if (machine.DomidOf(plan.Name) > 0) cluster.MustXl(machine, "destroy", plan.Name);
            var service = checkpoints.RestoreLastBefore(setup.RestoreLastCheckpoint ? long.MaxValue : monitor.FirstExploitAt ?? long.MaxValue);
            service.Patch(PatchedVersion);
            pool.Resynchronize(service.Ledger);
        }
    }

    /// <summary>The rows of the table.</summary>
    public static ExperimentResult Measure(ulong seed)
    {
        var nothing = Run(seed, new FailSafeSetup(FailSafePolicy.None));
        var suspended = Run(seed, new FailSafeSetup(FailSafePolicy.SuspendAtDisclosure));
        var monitored = Run(seed, new FailSafeSetup(FailSafePolicy.Monitor));
        var blocked = Run(seed, new FailSafeSetup(FailSafePolicy.Monitor) { Quality = new MonitorQuality { KnowsSignature = true } });
        var alarmed = Run(seed, new FailSafeSetup(FailSafePolicy.Monitor) { Quality = new MonitorQuality { FalseAlarmPercent = 5 } });
        var slow = new FailSafeSetup(FailSafePolicy.Monitor) { Quality = new MonitorQuality { PeriodNs = 700 * Cluster.MillisecondNs } };
        var last = Run(seed, slow with { RestoreLastCheckpoint = true });
        var correct = Run(seed, slow);
        var watched = Run(seed, new FailSafeSetup(FailSafePolicy.Monitor) { MonitorDies = true });
        var silent = Run(seed, new FailSafeSetup(FailSafePolicy.Monitor) { MonitorDies = true, Watchdog = false });
        return new ExperimentResult(
            [
                $"nothing: {Text(nothing)}",
                $"suspended at disclosure: {Text(suspended)}",
                $"monitor and checkpoints: {Text(monitored)}",
                $"monitor that knows the signature: {Text(blocked)}",
                $"monitor with false alarms: {Text(alarmed)}, {alarmed.FalseAlarms} false",
                $"slow monitor, back to the last checkpoint before the attack: {Text(correct)}",
                $"slow monitor, back to the last checkpoint: {Text(last)}",
                $"monitor dies, watchdog: {Text(watched)}",
                $"monitor dies, no watchdog: {Text(silent)}",
            ],
            [
                new Finding("fail-safe monitor", "unsafe outputs after detection; availability until the attack", $"{nothing.UnsafeAfterDetection}; {Percent(suspended.AvailabilityUntilAttack)} if suspended",
                    $"{monitored.UnsafeAfterDetection}; {Percent(monitored.AvailabilityUntilAttack)}",
                    monitored is { UnsafeAfterDetection: 0, CompromisedAtEnd: false } && nothing.UnsafeAfterDetection > 0 && monitored.AvailabilityUntilAttack > suspended.AvailabilityUntilAttack,
                    "the monitor dies and nobody notices", $"{silent.UnsafeAfterDetection} (with a watchdog {watched.UnsafeAfterDetection}, and it is seen)",
                    silent.UnsafeAfterDetection > 0 && watched is { UnsafeOutputs: 0, MonitorFailureSeen: true }),
                new Finding("checkpoints", "unsafe outputs after detection, once restored and patched", $"{nothing.UnsafeAfterDetection}", $"{monitored.UnsafeAfterDetection}",
                    correct is { CompromisedAtEnd: false, UnsafeAfterDetection: var after } && after < last.UnsafeAfterDetection && !monitored.CompromisedAtEnd,
                    "the last checkpoint is taken, not the last before the attack", $"{last.UnsafeAfterDetection}, still in another's hands", last is { CompromisedAtEnd: true, UnsafeAfterDetection: > 0 }),
                new Finding("known signature", "unsafe outputs; availability", $"{nothing.UnsafeOutputs}; {Percent(nothing.Availability)}", $"{blocked.UnsafeOutputs}; {Percent(blocked.Availability)}",
                    blocked.UnsafeOutputs == 0 && blocked.Availability >= monitored.Availability,
                    "symptoms only, with false alarms", $"{alarmed.UnsafeAfterDetection}; {Percent(alarmed.Availability)}: availability is lost, safety is not",
                    alarmed is { UnsafeAfterDetection: 0, FalseAlarms: > 0 } && alarmed.Availability < blocked.Availability),
            ]);
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string Text(FailSafeRun run) => string.Create(CultureInfo.InvariantCulture,
        $"{run.UnsafeOutputs} unsafe outputs, {run.UnsafeAfterDetection} after detection, availability {Percent(run.Availability)} ({Percent(run.AvailabilityUntilAttack)} until the attack), {run.RolledBack} requests rolled back{(run.CompromisedAtEnd ? ", compromised at the end" : "")}");
}
