using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class ExecPluginTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private const string V1Beta1 = "client.authentication.k8s.io/v1beta1";
    private static readonly TestAuthority s_authority = new();
    private readonly TestFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public ExecPluginTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "the plugin of these tests is a shell script");

    public void Dispose() => _folder.Dispose();

    private static string Credential(string status, string version = V1) => $$"""{"apiVersion":"{{version}}","kind":"ExecCredential","status":{{status}}}""";

    /// <summary>A plugin that counts its runs in the file <c>runs</c> and prints what the file <c>credential</c> holds.</summary>
    private void Plugin(string credential, string more = "")
    {
        _folder.Write("credential", credential);
        _folder.Script("login", $"echo run >> '{_folder.Path("runs")}'\n{more}\ncat '{_folder.Path("credential")}'\n");
    }

    private int Runs => File.Exists(_folder.Path("runs")) ? File.ReadAllLines(_folder.Path("runs")).Length : 0;

    private static string Exec(string more = "", string version = V1, string command = "./login") => $"exec: {{apiVersion: {version}, command: '{command}', interactiveMode: IfAvailable{more}}}";

    private static Task<TestServer> StartAsync(RequestDelegate? answer = null) => TestServer.StartAsync(answer ?? Answers.Fine, s_authority.Server("127.0.0.1"));

    private async Task<DebugException> FailAsync(TestServer server, string user)
    {
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => _folder.Connect(server, s_authority, user).GetTextAsync("version", _stop));
        Assert.DoesNotContain("s3cret", Sending.Everything(error), StringComparison.Ordinal);
        Assert.Equal(FailureKind.AuthenticationError, error.Kind);
        return error;
    }

    [Theory]
    [InlineData(V1)]
    [InlineData(V1Beta1)]
    public async Task One_run_serves_many_requests_at_once_and_later_ones(string version)
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"s3cret"}""", version));
        ClusterConnection connection = _folder.Connect(server, s_authority, Exec(version: version));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => connection.GetTextAsync("version", _stop)));
        await connection.GetTextAsync("version", _stop);
        Assert.Equal(1, Runs);
        Assert.Equal(21, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal("Bearer s3cret", request["Authorization"]));
    }

    [Fact]
    public async Task Arguments_arrive_exactly_and_the_environment_has_what_is_added()
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""), $"""for a in "$@"; do printf '%s\n' "$a" >> '{_folder.Path("args")}'; done; printf '%s|%s' "$WHO" "$HOME" > '{_folder.Path("env")}'""");
        await _folder.Connect(server, s_authority, Exec(""", args: ['two words', '', 'a "quote"', "it's", '$HOME', '*', 'back\slash'], env: [{name: WHO, value: jane doe}]""")).GetTextAsync("version", _stop);
        Assert.Equal(["two words", "", "a \"quote\"", "it's", "$HOME", "*", "back\\slash"], File.ReadAllLines(_folder.Path("args")));
        Assert.Equal("jane doe|" + Environment.GetEnvironmentVariable("HOME"), File.ReadAllText(_folder.Path("env")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cluster_information_is_given_where_it_is_asked_for(bool asked)
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""), $"""printf '%s' "$KUBERNETES_EXEC_INFO" > '{_folder.Path("info")}'""");
        string cluster = $$"""certificate-authority-data: {{s_authority.Data}}, tls-server-name: 127.0.0.1, extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: [x, 1]} }]""";
        await _folder.Open(_folder.KubeConfig(server.Address, cluster, Exec(asked ? ", provideClusterInfo: true" : ""))).GetTextAsync("version", _stop);
        JsonNode info = JsonNode.Parse(File.ReadAllText(_folder.Path("info")))!;
        string expected = asked
            ? $$"""{"apiVersion":"{{V1}}","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://127.0.0.1:{{server.Port}}","tls-server-name":"127.0.0.1","certificate-authority-data":"{{s_authority.Data}}","config":{"audience":["x",1]} } } }"""
            : $$"""{"apiVersion":"{{V1}}","kind":"ExecCredential","spec":{"interactive":false} }""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), info), info.ToJsonString());
    }

    [Fact]
    public async Task A_credential_is_kept_until_it_expires()
    {
        NoDelay time = new();
        _folder.Time = time;
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"one","expirationTimestamp":"2026-11-22T12:10:00Z"}"""));
        ClusterConnection connection = _folder.Connect(server, s_authority, Exec());
        await connection.GetTextAsync("version", _stop);
        time.Now += TimeSpan.FromMinutes(9);
        await connection.GetTextAsync("version", _stop);
        Plugin(Credential("""{"token":"two","expirationTimestamp":"2026-11-22T13:20:00+01:00"}"""));
        time.Now += TimeSpan.FromMinutes(1);
        await connection.GetTextAsync("version", _stop);
        Assert.Equal(["Bearer one", "Bearer one", "Bearer two"], server.Requests.Select(request => request["Authorization"]));
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task After_a_401_the_plugin_runs_once_more_and_the_request_is_repeated_with_its_body()
    {
        Plugin(Credential("""{"token":"old"}"""));
        List<string> bodies = [];
        await using TestServer server = await StartAsync(async context =>
        {
            bodies.Add(await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted));
            bool renewed = context.Request.Headers.Authorization == "Bearer new";
            if (!renewed) Plugin(Credential("""{"token":"new"}"""));
            await (renewed ? Answers.Fine(context) : Answers.Status(401, "Unauthorized", "Unauthorized")(context));
        });
        ClusterConnection connection = _folder.Connect(server, s_authority, Exec());
        (await connection.SendAsync(HttpMethod.Post, "api/v1/pods", "{}", _stop)).Dispose();
        Assert.Equal(2, Runs);
        Assert.Equal(["{}", "{}"], bodies);
    }

    [Fact]
    public async Task A_second_401_is_reported()
    {
        await using TestServer server = await StartAsync(Answers.Status(401, "Unauthorized", "Unauthorized"));
        Plugin(Credential("""{"token":"s3cret"}"""));
        DebugException error = await FailAsync(server, Exec());
        Assert.Equal("CredentialsRejected", error.ErrorId);
        Assert.Contains("login", error.Advice, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task Client_certificates_from_a_plugin_are_used_and_replaced()
    {
        NoDelay time = new();
        _folder.Time = time;
        await using TestServer server = await StartAsync();
        Plugin(Certificate("one"));
        ClusterConnection connection = _folder.Connect(server, s_authority, Exec());
        await connection.GetTextAsync("version", _stop);
        Plugin(Certificate("two"));
        await connection.GetTextAsync("version", _stop);
        time.Now += TimeSpan.FromHours(1);
        await connection.GetTextAsync("version", _stop);
        Assert.Equal(["CN=one", "CN=one", "CN=two"], server.Requests.Select(request => request.Client));

        static string Certificate(string user)
        {
            X509Certificate2 certificate = s_authority.Client(user);
            return Credential(new JsonObject
            {
                ["clientCertificateData"] = certificate.ExportCertificatePem(),
                ["clientKeyData"] = TestAuthority.KeyPem(certificate),
                ["expirationTimestamp"] = "2026-11-22T12:30:00Z",
            }.ToJsonString());
        }
    }

    [Fact]
    public async Task A_bare_command_is_looked_for_in_PATH_only()
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""));
        string user = Exec(", installHint: \"Get it from\\e[31m example.com\"", command: "login-of-the-test");
        File.Move(_folder.Path("login"), _folder.Path("login-of-the-test"));
        DebugException error = await FailAsync(server, user);
        Assert.Equal("ExecPluginNotFound", error.ErrorId);
        Assert.EndsWith("\nGet it from example.com", error.Message, StringComparison.Ordinal);
        _folder.Variables["PATH"] = _folder.Root + Path.PathSeparator + _folder.Variables["PATH"];
        await _folder.Connect(server, s_authority, user).GetTextAsync("version", _stop);
    }

    [Theory]
    [InlineData("not json s3cret", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}""", "kind")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"s3cret"}}""", "apiVersion")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}""", "status")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}""", "neither")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"s3cret"}}""", "only one")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"s3cret\nX: y"}}""", "control characters")]
    [InlineData("""{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"s3cret","expirationTimestamp":"soon"}}""", "expirationTimestamp")]
    public async Task An_answer_that_is_no_credential_is_told_without_showing_it(string output, string expected)
    {
        await using TestServer server = await StartAsync();
        Plugin(output);
        DebugException error = await FailAsync(server, Exec());
        Assert.Equal("ExecPluginAnswer", error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_plugin_that_fails_is_told_with_its_exit_code()
    {
        await using TestServer server = await StartAsync();
        Plugin("s3cret", "cat \"$0\" > /dev/null; echo s3cret; exit 7");
        DebugException error = await FailAsync(server, Exec());
        Assert.Equal("ExecPluginFailed", error.ErrorId);
        Assert.Contains("exit code 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_cannot_be_started_is_told_so()
    {
        await using TestServer server = await StartAsync();
        string path = _folder.Script("login", "");
        File.WriteAllText(path, "#!/no/such/interpreter\n");
        Assert.Equal("ExecPluginNotStarted", (await FailAsync(server, Exec())).ErrorId);
    }

    [Fact]
    public async Task Always_interactive_needs_a_terminal()
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""));
        Assert.Equal("ExecPluginNeedsTerminal", (await FailAsync(server, Exec().Replace("IfAvailable", "Always", StringComparison.Ordinal))).ErrorId);
        Assert.Equal(0, Runs);
    }

    [Theory]
    [InlineData("Never", "false")]
    [InlineData("IfAvailable", "true")]
    [InlineData("Always", "true")]
    public async Task At_a_terminal_the_plugin_is_told_whether_it_may_ask(string mode, string expected)
    {
        _folder.Terminal = true;
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""), $"""printf '%s' "$KUBERNETES_EXEC_INFO" > '{_folder.Path("info")}'""");
        await _folder.Connect(server, s_authority, Exec().Replace("IfAvailable", mode, StringComparison.Ordinal)).GetTextAsync("version", _stop);
        Assert.Contains($"\"interactive\":{expected}", File.ReadAllText(_folder.Path("info")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_terminal_standard_input_is_empty()
    {
        await using TestServer server = await StartAsync();
        Plugin(Credential("""{"token":"t"}"""), "cat > /dev/null");
        await _folder.Connect(server, s_authority, Exec()).GetTextAsync("version", _stop);
    }

    [Fact]
    public async Task Cancelling_the_last_request_that_waits_kills_the_plugin()
    {
        await using TestServer server = await StartAsync();
        string started = _folder.Path("started");
        Plugin(Credential("""{"token":"t"}"""), $"echo $$ > '{started}.part'; mv '{started}.part' '{started}'; sleep 600");
        ClusterConnection connection = _folder.Connect(server, s_authority, Exec());
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        using FileSystemWatcher watcher = new(_folder.Root);
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Renamed += (_, change) => { if (change.Name == "started") running.TrySetResult(); };
        watcher.Created += (_, change) => { if (change.Name == "started") running.TrySetResult(); };
        watcher.EnableRaisingEvents = true;
        Task one = connection.GetTextAsync("version", first.Token);
        Task other = connection.GetTextAsync("version", second.Token);
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), _stop);

        using System.Diagnostics.Process plugin = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(started), null));
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(TimeSpan.FromSeconds(2), _stop));
        Assert.False(plugin.HasExited);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.WaitAsync(TimeSpan.FromSeconds(2), _stop));
        await plugin.WaitForExitAsync(_stop).WaitAsync(TimeSpan.FromSeconds(30), _stop);
        Assert.Empty(server.Requests);
    }
}
