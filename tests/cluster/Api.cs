using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RlsChat.Tests.Cluster;

/// <summary>The API as a process.</summary>
internal sealed class Api : IAsyncDisposable
{
    private const string MetricsToken = "metrics-of-the-drill";
    private readonly Process _process;

    private Api(Process process, Uri address) =>
        (_process, Http) = (process, new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000, UseProxy = false }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan });

    public HttpClient Http { get; }

    /// <summary>Starts it, and returns when it is ready.</summary>
    /// <param name="servers">The cluster.</param>
    /// <param name="read">The standbys that answer reads; null: none.</param>
    /// <param name="write">The nodes that writes go to.</param>
    public static async Task<Api> Start(Servers servers, Func<Node, bool>? read, Func<Node, bool>? write = null)
    {
        var port = Forwarder.FreePort();
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", Path.Combine(servers.Folder, "api.log"), "dotnet", Path.Combine(AppContext.BaseDirectory, "rlschat-api.dll")]);
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["POSTGRES_API_URL"] = servers.Url("rlschat_api", pooled: true, write),
            ["POSTGRES_AUTH_URL"] = servers.Url("rlschat_auth", pooled: true, write),
            ["POSTGRES_LIVE_URL"] = servers.Url("rlschat_live", pooled: false, write),
            ["POSTGRES_READ_URL"] = read is null ? "" : servers.Url("rlschat_api", pooled: true, read),
            ["DATABASE_PREPARE"] = "off",
            ["DATABASE_MAX_CONNECTIONS"] = "36",
            ["JWT_ISSUER"] = "drill",
            ["JWT_AUDIENCE"] = "drill",
            ["JWT_SIGNING_KEYS"] = $"k1:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
            ["AUTH_RATE_LIMIT"] = "1000000",
            ["ADDRESS_RATE_LIMIT"] = "1000000",
            ["PERSON_RATE_LIMIT"] = "1000000",
            ["METRICS_TOKEN"] = MetricsToken,
        })
        {
            start.Environment[name] = value;
        }

        var api = new Api(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(100))
        {
            try
            {
                using var answer = await api.Http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                {
                    return api;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            if (api._process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException($"the API does not start: {File.ReadLines(Path.Combine(servers.Folder, "api.log")).LastOrDefault()}");
            }
        }
    }

    /// <summary>Whether the process that was started still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>How many reads standbys have answered, or sent back, by outcome.</summary>
    public async Task<Dictionary<string, long>> StandbyReads()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", MetricsToken);
        using var answer = await Http.SendAsync(request);
        return (await answer.Content.ReadAsStringAsync()).Split('\n')
            .Where(line => line.StartsWith("rlschat_standby_reads_total{", StringComparison.Ordinal))
            .ToDictionary(line => line.Split("outcome=\"")[1].Split('"')[0], line => long.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }
}

/// <summary>A person with a token.</summary>
internal sealed class Person(Api api, string name)
{
    private string _token = "";

    public string Name => name;

    public Guid Id { get; private set; }

    public async Task SignUp()
    {
        var (_, body, _) = await Send(HttpMethod.Post, "/auth/register", new { email = $"{name}@example.org", password = "correct horse battery" });
        (Id, _token) = ((Guid)body!["user"]!["id"]!, (string)body["accessToken"]!);
    }

    /// <summary>A request without a body, or with one of JSON.</summary>
    /// <returns>The status, the body, and the number for reads that must show it.</returns>
    public async Task<(int Status, JsonNode? Body, string? After)> Send(
        HttpMethod method, string path, object? body = null, string? after = null, string? key = null, TimeSpan? patience = null)
    {
        using var request = Request(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (after is not null)
        {
            request.Headers.Add("Rlschat-After", after);
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var time = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(40));
        using var answer = await api.Http.SendAsync(request, time.Token);
        var text = await answer.Content.ReadAsStringAsync(time.Token);
        return ((int)answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null,
            answer.Headers.TryGetValues("Rlschat-After", out var values) ? values.Single() : null);
    }

    /// <summary>An open stream of events.</summary>
    public async Task<HttpResponseMessage> Follow(string path, string? lastId, CancellationToken stop)
    {
        using var request = Request(HttpMethod.Get, path);
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        return await api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (_token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        return request;
    }
}
