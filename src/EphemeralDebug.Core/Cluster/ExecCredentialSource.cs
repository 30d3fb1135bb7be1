using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Credentials that a plugin gives: one run for all who ask at once, kept until they expire, and asked for again when the server refuses them.
/// </summary>
internal sealed class ExecCredentialSource : ICredentialSource
{
    private readonly ExecPlugin _plugin;
    private readonly KubeCluster _cluster;
    private readonly ClusterEnvironment _environment;
    private readonly SingleFlight<Credential> _flight;
    private Credential? _current;

    internal ExecCredentialSource(ExecPlugin plugin, KubeCluster cluster, ClusterEnvironment environment)
    {
        _plugin = plugin;
        _cluster = cluster;
        _environment = environment;
        _flight = new(RunAsync);
    }

    public string Advice => $"Log in again with the tool that '{Path.GetFileName(_plugin.Command)}' belongs to, then repeat the command.";

    public async ValueTask<Credential> GetAsync(CancellationToken cancellationToken) =>
        Fresh() ?? await _flight.RunAsync(cancellationToken).ConfigureAwait(false);

    public bool Forget(Credential rejected)
    {
        Interlocked.CompareExchange(ref _current, null, rejected);
        return true;
    }

    private Credential? Fresh() => Volatile.Read(ref _current) is { } current && !(current.Expires <= _environment.Time.GetUtcNow()) ? current : null;

    private async Task<Credential> RunAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } current) return current;
        bool terminal = _environment.InputIsTerminal();
        if (_plugin.InteractiveMode is InteractiveMode.Always && !terminal) throw Failure.ExecPluginNeedsTerminal(_plugin.Command, _plugin.User);
        bool interactive = terminal && _plugin.InteractiveMode is not InteractiveMode.Never;
        string output = await ExecProcess.RunAsync(_plugin, Info(interactive), interactive, _environment, cancellationToken).ConfigureAwait(false);
        Credential credential = Read(output);
        Volatile.Write(ref _current, credential);
        return credential;
    }

    private string Info(bool interactive)
    {
        JsonObject spec = new() { ["interactive"] = interactive };
        if (_plugin.ProvideClusterInfo) spec["cluster"] = ClusterInfo();
        return new JsonObject { ["apiVersion"] = _plugin.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }

    private JsonObject ClusterInfo()
    {
        JsonObject info = new() { ["server"] = _cluster.Server.ToString().TrimEnd('/') };
        if (_cluster.TlsServerName is { } name) info["tls-server-name"] = name;
        if (_cluster.InsecureSkipTlsVerify) info["insecure-skip-tls-verify"] = true;
        if (_cluster.CertificateAuthority is { } authority) info["certificate-authority-data"] = Convert.ToBase64String(authority);
        if (_cluster.ProxyUrl is { } proxy) info["proxy-url"] = proxy.OriginalString;
        if (_cluster.DisableCompression) info["disable-compression"] = true;
        if (_cluster.ExecConfig is { } config) info["config"] = config.DeepClone();
        return info;
    }

    private Credential Read(string output)
    {
        JsonObject root;
        try
        {
            root = JsonNode.Parse(output) as JsonObject ?? throw Answer("it is not a JSON object");
        }
        catch (JsonException)
        {
            // Without the inner exception: it quotes what it read.
            throw Answer("it is not JSON");
        }
        if (Text(root, "kind") != "ExecCredential") throw Answer("its kind is not ExecCredential");
        if (Text(root, "apiVersion") != _plugin.ApiVersion) throw Answer($"its apiVersion is not {_plugin.ApiVersion}, which the kubeconfig asks for");
        if (root["status"] is not JsonObject status) throw Answer("it has no status");

        string? token = Text(status, "token");
        string? certificate = Text(status, "clientCertificateData");
        string? key = Text(status, "clientKeyData");
        if (certificate is null != key is null) throw Answer("it has only one of clientCertificateData and clientKeyData");
        if (token is null && certificate is null) throw Answer("it has neither a token nor a client certificate");
        if (token is not null && token.Any(char.IsControl)) throw Answer("its token holds control characters");
        return new(
            token is null ? null : "Bearer " + token,
            certificate is null ? null : ClientCertificate.FromPem(certificate, key!, $"the plugin '{_plugin.Command}'"),
            Expiry(status));
    }

    private DateTimeOffset? Expiry(JsonObject status)
    {
        if (Text(status, "expirationTimestamp") is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset expires)
            ? expires
            : throw Answer("its expirationTimestamp is not a time");
    }

    private static string? Text(JsonObject map, string field) =>
        map[field] is JsonValue value && value.GetValueKind() is JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;

    private DebugException Answer(string problem) => Failure.ExecPluginAnswer(_plugin.Command, _plugin.User, problem);
}
