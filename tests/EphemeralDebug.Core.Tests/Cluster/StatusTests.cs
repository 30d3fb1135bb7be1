using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>Refusals as a genuine API server wrote them, and those of things that are none.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly TestFolder _folder = new() { Time = new NoDelay() };
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private async Task<DebugException> FailAsync(RequestDelegate answer, string method = "GET", string path = "/api/v1/namespaces/cap/pods/web")
    {
        await using TestServer server = await TestServer.StartAsync(answer, certificate: null);
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, "disable-compression: false", ""));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.SendAsync(new HttpMethod(method), path, method is "GET" or "DELETE" ? null : "{}", _stop));
        Assert.DoesNotContain(error.Message + error.Advice, c => char.IsControl(c) && c != '\n');
        Assert.NotEmpty(error.Advice);
        return error;
    }

    private Task<DebugException> ReplayAsync(string transcript)
    {
        JsonNode exchange = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "Cluster", transcript + ".json")))!;
        JsonNode response = exchange["response"]!;
        return FailAsync(Answers.Text((int)response["status"]!, "application/json", response["body"]!.ToJsonString()), (string)exchange["request"]!["method"]!, (string)exchange["request"]!["path"]!);
    }

    [Theory]
    [InlineData("error-400-malformed-json", "BadRequest", 400, "BadRequest")]
    [InlineData("error-401-bad-token", "CredentialsRejected", 401, "Unauthorized")]
    [InlineData("error-403-anonymous-list-pods", "Forbidden", 403, "Forbidden")]
    [InlineData("error-404-patch-pod-not-found", "PodNotFound", 404, "NotFound")]
    [InlineData("error-404-get-node", "NodeNotFound", 404, "NotFound")]
    [InlineData("error-404-create-pod-namespace-missing", "NamespaceNotFound", 404, "NotFound")]
    [InlineData("error-409-create-pod-already-exists", "AlreadyExists", 409, "AlreadyExists")]
    [InlineData("error-409-put-conflict", "Conflict", 409, "Conflict")]
    [InlineData("error-415-unsupported-patch-type", "UnsupportedMediaType", 415, "UnsupportedMediaType")]
    [InlineData("error-422-bad-pull-policy", "Invalid", 422, "Invalid")]
    [InlineData("error-422-duplicate-name-changed", "Invalid", 422, "Invalid")]
    [InlineData("psa-restricted-403-plain", "PodSecurityViolation", 403, "Forbidden")]
    public async Task A_genuine_refusal_has_its_own_error(string transcript, string errorId, int code, string reason)
    {
        DebugException error = await ReplayAsync(transcript);
        Assert.Equal((errorId, code, reason), (error.ErrorId, error.StatusCode, error.StatusReason));
    }

    [Theory]
    [InlineData("error-403-forbidden-developer-patch", """- {apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["patch"]}""", "kubectl auth can-i patch pods --subresource=ephemeralcontainers -n cap")]
    [InlineData("error-403-forbidden-developer-attach", """- {apiGroups: [""], resources: ["pods/attach"], verbs: ["create"]}""", "kubectl auth can-i create pods --subresource=attach -n cap")]
    [InlineData("error-403-forbidden-developer-get-node", """- {apiGroups: [""], resources: ["nodes"], verbs: ["get"]}""", "kubectl auth can-i get nodes")]
    [InlineData("error-403-anonymous-list-pods", """- {apiGroups: [""], resources: ["pods"], verbs: ["list"]}""", "kubectl auth can-i list pods -n default")]
    public async Task A_missing_right_is_told_as_the_rule_to_ask_for(string transcript, string rule, string question)
    {
        DebugException error = await ReplayAsync(transcript);
        Assert.Contains(rule, error.Advice, StringComparison.Ordinal);
        Assert.EndsWith(question, error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_details_of_a_refusal_are_kept()
    {
        DebugException error = await ReplayAsync("error-422-bad-pull-policy");
        Assert.Equal(("web", "Pod"), (error.DetailsName, error.DetailsKind));
        StatusCause cause = Assert.Single(error.Causes);
        Assert.Equal("spec.ephemeralContainers[0].imagePullPolicy", cause.Field);
        Assert.Equal("FieldValueNotSupported", cause.Reason);
        Assert.Contains("spec.ephemeralContainers[0].imagePullPolicy", error.Advice, StringComparison.Ordinal);
        Assert.Contains("Unsupported value: \"Sometimes\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_that_is_forbidden_without_a_word_is_told_with_the_rights_it_needs()
    {
        DebugException error = await FailAsync(Answers.Status(403, "Forbidden", "pods \"extra\" is forbidden: ", new() { ["name"] = "extra", ["kind"] = "pods" }), path: "api/v1/namespaces/cap/pods/extra/attach?container=tty");
        Assert.Equal("Forbidden", error.ErrorId);
        Assert.Contains("""resources: ["pods/attach"], verbs: ["get", "create"]""", error.Advice, StringComparison.Ordinal);
        Assert.Equal("cap/extra", error.TargetObject);
    }

    [Fact]
    public async Task A_kubelet_answers_in_plain_text()
    {
        DebugException error = await FailAsync(Answers.Text(500, "text/plain; charset=utf-8", "container nopull not found in pod fails_cap"));
        Assert.Equal("ServerError", error.ErrorId);
        Assert.Contains("container nopull not found in pod fails_cap", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "Forbidden", "pods \"x\" is forbidden: exceeded quota: compute, requested: pods=1", "QuotaExceeded")]
    [InlineData(403, "Forbidden", "admission webhook \"validate.kyverno.svc-fail\" denied the request: no root", "AdmissionDenied")]
    [InlineData(400, "BadRequest", "admission webhook \"gatekeeper.sh\" denied the request: [no] latest", "AdmissionDenied")]
    [InlineData(422, "Invalid", "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'images' with binding 'all' denied request: no", "AdmissionDenied")]
    [InlineData(410, "Expired", "too old resource version: 1 (770)", "ResourceExpired")]
    [InlineData(404, "NotFound", "the server could not find the requested resource", "ResourceNotServed")]
    [InlineData(403, "Forbidden", "User \"jane\" cannot get path \"/metrics\"", "Forbidden")]
    public async Task Other_refusals_keep_the_servers_words(int code, string reason, string message, string errorId)
    {
        DebugException error = await FailAsync(Answers.Status(code, reason, message));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_of_other_kinds_that_are_missing()
    {
        DebugException error = await FailAsync(Answers.Status(404, "NotFound", "deployments.apps \"web\" not found", new() { ["name"] = "web", ["group"] = "apps", ["kind"] = "deployments" }), path: "apis/apps/v1/namespaces/cap/deployments/web");
        Assert.Equal(("ObjectNotFound", "cap/web"), (error.ErrorId, error.TargetObject));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(502)]
    public async Task What_speaks_html_is_no_kubernetes_server(int code)
    {
        DebugException error = await FailAsync(Answers.Text(code, "text/html", "<html>\n<title>Sign\u001b[31m in</title>" + new string('x', 5000)));
        Assert.Equal("NotAKubernetesServer", error.ErrorId);
        Assert.Contains("text/html, beginning with: <html> <title>Sign in</title>", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 100, 400);
    }

    [Fact]
    public async Task Control_characters_of_a_message_do_not_reach_the_terminal()
    {
        DebugException error = await FailAsync(Answers.Status(403, "Forbidden", "a\u001b]0;owned\u0007b\u009b2Jc\u202ed\r\n\te"));
        Assert.Contains("abcd\n e", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"Status","message":["x"],"details":{"causes":"x","retryAfterSeconds":"y"},"reason":7}""")]
    [InlineData("""{"kind":"Status","kind":"Status"}""")]
    [InlineData("{\"kind\":\"Stat")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_refusal_that_is_broken_itself_is_still_told(string body) =>
        Assert.Equal("BadRequest", (await FailAsync(Answers.Text(418, "application/json", body))).ErrorId);

    [Theory]
    [InlineData("""{"kind":"Status","message":"too old resource version: 1 (770)","reason":"Expired","code":410}""", "ResourceExpired", 410)]
    [InlineData("""{"kind":"Status","message":"etcd is away","reason":"InternalError","code":500}""", "WatchFailed", 500)]
    [InlineData("""{"kind":"Status"}""", "WatchFailed", 500)]
    public void An_error_event_of_a_watch_is_a_failure_too(string status, string errorId, int code)
    {
        DebugException error = StatusFailure.FromEvent((JsonObject)JsonNode.Parse(status)!, "api/v1/namespaces/cap/pods?watch=1");
        Assert.Equal((errorId, code, "cap"), (error.ErrorId, error.StatusCode, error.TargetObject));
    }

    [Fact]
    public void Warnings_are_read_from_the_genuine_header()
    {
        JsonNode exchange = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "Cluster", "psa-baseline-allowed-with-warning-header.json")))!;
        string header = exchange["response"]!["headers"]!.AsArray().Select(pair => pair!.AsArray()).Single(pair => (string?)pair[0] == "Warning")[1]!.GetValue<string>();
        using HttpResponseMessage response = new();
        response.Headers.TryAddWithoutValidation("Warning", header);
        Assert.StartsWith("would violate PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (containers \"app\"", Assert.Single(WarningHeaders.Read(response)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("299 - \"one\"", "one")]
    [InlineData("299 - \"one\", 299 - \"two\"", "one|two")]
    [InlineData("299 - \"a, \\\"b\\\" \\\\ c\" \"Sun, 22 Nov 2026 18:45:11 GMT\", 299 kube \"d\"", "a, \"b\" \\ c|d")]
    [InlineData("199 - \"cache\", 299 - \"two\"", "two")]
    [InlineData("299 - \"open", "")]
    [InlineData("299 -", "")]
    [InlineData("rubbish", "")]
    [InlineData("", "")]
    public void Warnings_are_unquoted(string header, string expected) => Assert.Equal(expected, string.Join('|', WarningHeaders.Parse(header)));

    [Fact]
    public void Warnings_do_not_drive_the_terminal()
    {
        using HttpResponseMessage response = new();
        response.Headers.TryAddWithoutValidation("Warning", "299 - \"a\u001b[2Jb\"");
        Assert.Equal(["ab"], WarningHeaders.Read(response));
    }

    [Fact]
    public async Task Warnings_come_through_a_connection_each_once()
    {
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            context.Response.Headers.Append("Warning", "299 - \"unknown field \\\"x\\\"\"");
            context.Response.Headers.Append("Warning", "299 - \"second\"");
            context.Response.Headers.Append("Warning", "299 - \"second\"");
            return Answers.Fine(context);
        }, certificate: null);
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, "disable-compression: false", ""));
        using HttpResponseMessage response = await connection.SendAsync(HttpMethod.Get, "version", null, _stop);
        Assert.Equal(["unknown field \"x\"", "second"], WarningHeaders.Read(response));
    }
}
