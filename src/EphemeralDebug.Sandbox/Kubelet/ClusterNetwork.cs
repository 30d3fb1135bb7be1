using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Programs;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>The simulated network: pods by address, services by name and cluster address.</summary>
internal sealed class ClusterNetwork(ObjectStore store)
{
    private readonly ConcurrentDictionary<string, PodNetwork> _pods = new(StringComparer.Ordinal);
    private int _last = 1;

    /// <summary>Gives a pod a network and, unless it uses its host's, an address of its own.</summary>
    internal PodNetwork Join(string ns, string? hostIp)
    {
        int number = Interlocked.Increment(ref _last);
        PodNetwork pod = new(this, ns, hostIp ?? $"10.244.{number / 250}.{number % 250 + 2}");
        _pods.TryAdd(pod.Address, pod);
        return pod;
    }

    /// <summary>The network of a node itself, where nothing of the simulation listens.</summary>
    internal PodNetwork Host(string address) => new(this, "default", address);

    internal void Leave(PodNetwork pod) => _pods.TryRemove(new KeyValuePair<string, PodNetwork>(pod.Address, pod));

    private string? Resolve(string ns, string host)
    {
        string[] parts = host.TrimEnd('.').Split('.');
        if (parts.Length > 1 && parts[^1] is not ("svc" or "local") && parts.Length != 2) return null;
        return (string?)store.Get(ResourceType.Services, parts.Length > 1 ? parts[1] : ns, parts[0])?["spec"]?["clusterIP"];
    }

    private WebSite? Connect(string address, int port)
    {
        if (_pods.TryGetValue(address, out PodNetwork? pod)) return pod.Site(port);
        JsonObject? service = store.List(ResourceType.Services, null).Items.FirstOrDefault(item => (string?)item["spec"]?["clusterIP"] == address);
        if (service?["spec"]?["selector"] is not JsonObject selector) return null;
        JsonNode? servicePort = (service["spec"]!["ports"] as JsonArray)?.FirstOrDefault(candidate => JsonNumber.Read(candidate?["port"]) == port);
        if (servicePort is null) return null;
        int target = (int)(JsonNumber.Read(servicePort["targetPort"]) ?? port);
        return store.List(ResourceType.Pods, (string?)service["metadata"]!["namespace"]).Items
            .Where(candidate => selector.All(label => (string?)candidate["metadata"]?["labels"]?[label.Key] == (string?)label.Value))
            .Select(candidate => (string?)candidate["status"]?["podIP"] is { } ip && _pods.TryGetValue(ip, out PodNetwork? backend) ? backend.Site(target) : null)
            .FirstOrDefault(site => site is not null);
    }

    /// <summary>The network of one pod.</summary>
    internal sealed class PodNetwork(ClusterNetwork cluster, string ns, string address) : IPodNetwork
    {
        private readonly ConcurrentDictionary<int, WebSite> _sites = new();

        internal string Address => address;

        internal WebSite? Site(int port) => _sites.GetValueOrDefault(port);

        public IDisposable Listen(int port, WebSite site)
        {
            _sites[port] = site;
            return new Listening(() => _sites.TryRemove(new KeyValuePair<int, WebSite>(port, site)));
        }

        public string? Resolve(string host) => host is "localhost" ? "127.0.0.1"
            : System.Net.IPAddress.TryParse(host, out _) ? host : cluster.Resolve(ns, host);

        public WebSite? Connect(string to, int port) => to == "127.0.0.1" || to == address ? Site(port) : cluster.Connect(to, port);
    }

    private sealed class Listening(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}
