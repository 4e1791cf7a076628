using Xen.Drivers;
using Xen.Guests;
using Xen.Hypervisor;
using Xen.Hypervisor.Network;

namespace Samples.Tests.Drivers;

/// <summary>Guests that talk through netfront, netback and the bridge.</summary>
[TestClass]
public sealed class NetworkEndToEndTests
{
    private readonly PvMachine machine = new();

    [TestMethod]
    public void A_client_gets_what_it_asks_for_and_the_server_gets_what_is_brought()
    {
        var (server, client) = machine.RunPair();
        machine.Settle();
        Assert.AreEqual((NetworkOutcome.Ok, null, 30), (client.Client!.Outcome, client.Client.Detail, client.Client.Completed));
        Assert.AreEqual((30L, 0L, 0L), (server.Server!.Served, server.Server.Refused, server.Server.CorruptUploads));
        Assert.AreEqual((0, 0L), (client.Client.Retries, client.Networks[0].ChecksumErrors));
    }

    [TestMethod]
    public void Large_packets_cross_as_one_with_their_GSO_parameters()
    {
        var (server, client) = machine.RunPair();
        machine.Settle();
        Assert.IsGreaterThan(0L, machine.VifOf(server.Domain).Statistics.TxGso);
        Assert.AreEqual(machine.VifOf(server.Domain).Statistics.TxGso, machine.VifOf(client.Domain).Statistics.RxGso);
    }

    [TestMethod]
    public void A_card_that_takes_no_large_packets_gets_them_cut_and_their_checksums_hold()
    {
        var server = machine.RunNetworkGuest(new GuestManifest { Workload = GuestManifest.ObjectServer, Ip = "10.0.0.1" });
        var client = machine.RunNetworkGuest(PvMachine.ClientManifest(2, 30));
        machine.VifOf(client.Domain).Interface.Features = NetworkFeatures.None;
        machine.Settle();
        Assert.AreEqual((NetworkOutcome.Ok, null), (client.Client!.Outcome, client.Client.Detail));
        Assert.AreEqual(0L, machine.VifOf(client.Domain).Statistics.RxGso);
        Assert.IsGreaterThan(machine.VifOf(server.Domain).Statistics.TxPackets, machine.VifOf(client.Domain).Statistics.RxPackets);
    }

    [TestMethod]
    public void What_is_lost_on_the_way_is_sent_again_and_every_answer_is_still_right()
    {
        var (_, client) = machine.RunPair(requests: 40);
        var port = machine.VifOf(client.Domain).Interface;
        var transmit = port.StartXmit!;
        var loss = machine.Simulation.Stream("loss");
        port.StartXmit = skb => loss.Chance(90) && transmit(skb);
        machine.Settle();
        Assert.AreEqual((NetworkOutcome.Ok, null, 40), (client.Client!.Outcome, client.Client.Detail, client.Client.Completed));
    }

    [TestMethod]
    public void A_damaged_payload_is_seen_as_corrupt()
    {
        var (_, client) = machine.RunPair();
        var port = machine.VifOf(client.Domain).Interface;
        var transmit = port.StartXmit!;
        port.StartXmit = skb =>
        {
            if (skb.Length > 3000)
            {
                skb.Data[2000] ^= 0x10;
            }

            return transmit(skb);
        };
        machine.Settle();
        Assert.AreEqual(NetworkOutcome.Corrupt, client.Client!.Outcome);
    }

    [TestMethod]
    public void A_server_that_is_not_there_is_a_failure_after_some_attempts()
    {
        var client = machine.RunNetworkGuest(PvMachine.ClientManifest(2, 5));
        machine.Settle();
        Assert.AreEqual((NetworkOutcome.Failed, 0), (client.Client!.Outcome, client.Client.Completed));
    }

    [TestMethod]
    public void Dom0_pings_a_guest_and_no_other_address()
    {
        machine.RunPair(requests: 1);
        Assert.IsTrue(machine.Ping(PvMachine.AddressOf(1)));
        Assert.IsTrue(machine.Ping(PvMachine.AddressOf(2)));
        Assert.IsFalse(machine.Ping(PvMachine.AddressOf(3)));
    }

    [TestMethod]
    public void The_bridge_knows_each_guest_by_the_port_that_it_is_behind()
    {
        var (server, client) = machine.RunPair();
        machine.Settle();
        foreach (var kernel in new[] { server, client })
        {
            Assert.IsTrue(MacAddress.TryParse(PvMachine.Mac(kernel.Domain.Id), out var mac));
            Assert.AreEqual(machine.VifOf(kernel.Domain).Interface, machine.Bridge.Addresses.Single(a => a.Address == mac).Port);
        }
    }

    [TestMethod]
    public void Nothing_that_is_meant_for_one_guest_reaches_a_third()
    {
        var third = machine.RunNetworkGuest(new GuestManifest { Ip = "10.0.0.9" });
        var before = machine.VifOf(third.Domain).Statistics.RxPackets;
        machine.RunPair();
        machine.Settle();
        Assert.IsLessThan(before + 12, machine.VifOf(third.Domain).Statistics.RxPackets, "broadcasts only");
    }

    [TestMethod]
    public void A_rate_limit_slows_the_sender_down_to_its_rate()
    {
        // 100 kB per 50 ms are 2 MB/s.
        var server = machine.RunNetworkGuest(new GuestManifest { Workload = GuestManifest.ObjectServer, Ip = "10.0.0.1" }, rate: "100000,50000");
        var client = machine.RunNetworkGuest(PvMachine.ClientManifest(2, 200));
        var start = machine.Simulation.Now;
        Assert.IsTrue(machine.Simulation.RunUntil(() => client.Client is { Ended: true }, 100 * PvMachine.Second));
        var vif = machine.VifOf(server.Domain);
        Assert.AreEqual((NetworkOutcome.Ok, null), (client.Client!.Outcome, client.Client.Detail));
        Assert.IsGreaterThan(0L, vif.Statistics.CreditWaits);
        var allowed = TransmitCredit.MinBurst + (2_000_000 * ((machine.Simulation.Now - start) / 1e9)) + 100_000;
        Assert.IsLessThan(allowed, vif.Statistics.TxBytes);
    }

    [TestMethod]
    public void A_closed_device_leaves_no_mapping_no_port_no_buffer_and_no_interface()
    {
        var ports = machine.Host.Dom0.EventChannels.Count(c => c.State == EventChannelState.Interdomain);
        var (server, client) = machine.RunPair();
        machine.Settle();
        foreach (var kernel in new[] { server, client })
        {
            var back = PvMachine.VifBackend(kernel.Domain.Id);
            machine.Write($"{back}/online", "0");
            machine.Write($"{back}/state", "5");
            machine.Settle();
            Assert.AreEqual("6", machine.Read($"{back}/state"));
            machine.Remove(PvMachine.VifFrontend(kernel.Domain.Id));
            machine.Settle();
            Assert.AreEqual((0, 0), (kernel.Grants.InUse, kernel.Grants.Leaked));
            Assert.AreEqual(0, kernel.Pages!.InUse);
        }

        Assert.IsEmpty(machine.Host.Network.Devices);
        Assert.IsEmpty(machine.Bridge.Ports);
        Assert.AreEqual(0, machine.Dom0Pages.InUse);
        Assert.AreEqual(ports + 2, machine.Host.Dom0.EventChannels.Count(c => c.State == EventChannelState.Interdomain), "the store rings");
        Assert.IsEmpty(HypervisorInvariants.Check(machine.Host));
    }

    [TestMethod]
    public void Equal_seeds_give_equal_traces()
    {
        static ulong Run()
        {
            var again = new PvMachine(5);
            again.RunPair();
            again.Settle();
            return again.Simulation.TraceHash;
        }

        Assert.AreEqual(Run(), Run());
    }

    [TestMethod]
    public void A_capture_has_a_header_and_every_frame_of_the_bridge()
    {
        using var file = new MemoryStream();
        var capture = new PcapCapture(machine.Simulation, machine.Bridge, file);
        machine.RunPair(requests: 3);
        machine.Settle();
        Assert.IsGreaterThan(20L, capture.Frames);
        Assert.AreEqual(0xA1B23C4Du, BitConverter.ToUInt32(file.ToArray(), 0));
        var frames = 0L;
        for (var at = 24; at < file.Length; at += 16 + BitConverter.ToInt32(file.ToArray(), at + 8))
        {
            frames++;
        }

        Assert.AreEqual(capture.Frames, frames);
    }
}
