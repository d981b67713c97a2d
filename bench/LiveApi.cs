using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RlsChat.Bench;

/// <summary>The API as a process of its own, which can be made to stand still.</summary>
internal sealed class LiveApi : IAsyncDisposable
{
    private readonly Process _process;

    private LiveApi(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>The process.</summary>
    public Process Process => _process;

    public static async Task<LiveApi> Start(LiveWorld world)
    {
        var (server, secrets) = (world.Server, world.Server.Secrets);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rlschat-api.dll")])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
            Environment =
            {
                ["POSTGRES_API_URL"] = Url("rlschat_api", secrets.Api),
                ["POSTGRES_AUTH_URL"] = Url("rlschat_auth", secrets.Auth),
                ["POSTGRES_LIVE_URL"] = Url("rlschat_live", secrets.Live),
                ["JWT_ISSUER"] = "bench",
                ["JWT_AUDIENCE"] = "bench",
                ["JWT_SIGNING_KEYS"] = secrets.SigningKeys,
                ["PORT"] = address.Port.ToString(CultureInfo.InvariantCulture),
                ["ADDRESS_RATE_LIMIT"] = "1000000",
                ["PERSON_RATE_LIMIT"] = "1000000",
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { };
        process.BeginOutputReadLine();
        var api = new LiveApi(process, address);
        using var http = new HttpClient();
        for (var left = 300; ; left--)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address, "/health/ready"));
                if (answer.IsSuccessStatusCode)
                {
                    return api;
                }
            }
            catch (HttpRequestException) when (left > 0)
            {
                // Not yet.
            }

            if (process.HasExited || left == 0)
            {
                await api.DisposeAsync();
                throw new InvalidOperationException("the API did not start");
            }

            await Task.Delay(100);
        }

        string Url(string login, string password) =>
            new NpgsqlConnectionStringBuilder(server.ConnectionString(login, password)) is var c
                ? $"postgresql://{login}:{Uri.EscapeDataString(password)}@{c.Host}:{c.Port}/{c.Database}"
                : "";
    }

    /// <summary>Lets it stand still: it uses no processor, and its connections stay.</summary>
    public Task Pause() => Signal("STOP");

    public Task GoOn() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await GoOn();
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
