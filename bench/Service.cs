using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RlsChat.Bench;

/// <summary>A server of HTTP as a process of its own, which logs into a file as it does in production.</summary>
internal sealed class Service : IAsyncDisposable
{
    /// <summary>How many connections each service has for the requests of signed-in people, and pgbench with 16 clients.</summary>
    public const int Connections = 16;

    private readonly HttpClient _http;

    private Service(Process process, Uri address, HttpClient http)
    {
        (Process, Address, _http) = (process, address, http);
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    public Uri Address { get; }

    public Process Process { get; }

    /// <summary>From the start of the process until it answered that it is ready.</summary>
    public TimeSpan ToReady { get; private init; }

    /// <summary>Resident memory, in megabytes.</summary>
    public double Memory
    {
        get
        {
            Process.Refresh();
            return Process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>The API of this version.</summary>
    public static Task<Service> Api(World world) => Start("api", "/health/ready", "dotnet", [Path.Combine(AppContext.BaseDirectory, "rlschat-api.dll")], new()
    {
        ["POSTGRES_API_URL"] = Url(world, "rlschat_api", world.Server.Secrets.Api),
        ["POSTGRES_AUTH_URL"] = Url(world, "rlschat_auth", world.Server.Secrets.Auth),
        ["POSTGRES_LIVE_URL"] = Url(world, "rlschat_live", world.Server.Secrets.Live),
        ["JWT_ISSUER"] = "bench",
        ["JWT_AUDIENCE"] = "bench",
        ["JWT_SIGNING_KEYS"] = world.Server.Secrets.SigningKeys,
        // Of these, PoolSettings gives a half to signed-in people.
        ["DATABASE_MAX_CONNECTIONS"] = $"{(2 * Connections) + 4}",
        ["ADDRESS_RATE_LIMIT"] = "1000000",
        ["PERSON_RATE_LIMIT"] = "1000000",
    });

    /// <summary>ASP.NET Core and EF Core with a global query filter, as the owner of the rows.</summary>
    public static Task<Service> Usual(World world) => Start("usual", "/health", "dotnet",
        [Path.Combine(Folder, "usual", "bin", Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!), "net10.0", "rlschat-usual.dll")], new()
        {
            ["DATABASE"] = $"{world.Server.SuperuserConnectionString};Maximum Pool Size={Connections};No Reset On Close=true;Max Auto Prepare=100;Auto Prepare Min Usages=2",
            ["KID"] = world.Server.Secrets.SigningKeys.Split(':')[0],
            ["KEY"] = world.Server.Secrets.SigningKeys.Split(':')[1],
        });

    /// <summary>Fastify, Drizzle and postgres.js, with the same policies.</summary>
    public static Task<Service> SeedStack(World world) => Start("seed-stack", "/health", "node", [Path.Combine(Folder, "seed-stack", "server.js")], new()
    {
        ["NODE_ENV"] = "production",
        ["POSTGRES_URL"] = Url(world, "rlschat_api", world.Server.Secrets.Api),
        ["DATABASE_MAX_CONNECTIONS"] = $"{Connections}",
        ["KEY"] = world.Server.Secrets.SigningKeys.Split(':')[1],
    });

    public Task<HttpResponseMessage> Send(HttpRequestMessage request)
    {
        request.RequestUri = new Uri(Address, request.RequestUri!);
        return _http.SendAsync(request);
    }

    /// <summary>Lets it stand still (STOP), which uses no processor and keeps its connections, or go on (CONT).</summary>
    public async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
        _http.Dispose();
    }

    // Not left behind when the bench is terminated.
    private void Kill(object? sender, EventArgs e) => Process.Kill();

    /// <summary>The folder bench/ of the repository, from its bin/Release/net10.0.</summary>
    public static string Folder => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));

    private static async Task<Service> Start(string name, string ready, string program, string[] args, Dictionary<string, string> environment)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        var log = Path.Combine(Program.Folder, $"{name}.log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >\"$0\" 2>&1", log, program, .. args]) { WorkingDirectory = Program.Folder };
        environment["PORT"] = address.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var (clock, http) = (Stopwatch.StartNew(), new HttpClient());
        var process = Process.Start(start)!;
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address, ready));
                if (answer.IsSuccessStatusCode)
                {
                    return new Service(process, address, http) { ToReady = clock.Elapsed };
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            if (process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(60))
            {
                process.Kill();
                throw new InvalidOperationException($"{name} did not start: {(await File.ReadAllTextAsync(log)).TrimEnd()}");
            }

            await Task.Delay(5);
        }
    }

    private static string Url(World world, string login, string password) =>
        $"postgresql://{login}:{Uri.EscapeDataString(password)}@127.0.0.1:{world.Server.Port}/{RlsChat.Database.EmbeddedServer.Database}";
}
