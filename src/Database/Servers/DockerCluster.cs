namespace RlsChat.Database;

// A container, for a machine without PostgreSQL's programs. Its files are a volume of the same name.
internal sealed class DockerCluster(string name, string image) : Cluster
{
    public override string Description => $"{image} (Docker container {name})";

    public override bool IsElsewhere => true;

    /// <summary>True when a Docker daemon answers within a few seconds.</summary>
    public static async Task<bool> Answers() =>
        Tool.Find("docker") is not null
        && (await Tool.Run(["docker", "version", "--format", "{{.Server.Version}}"], TimeSpan.FromSeconds(3))).Succeeded;

    public override async Task<bool> Exists() => (await Docker("container", "inspect", name)).Succeeded;

    public override async Task Create(string superuserPassword)
    {
        var port = Ports.Free();
        Check(await Docker(
            "create", "--name", name, "--publish", $"127.0.0.1:{port}:5432",
            "--volume", $"{name}:/var/lib/postgresql/data", "--env", $"POSTGRES_PASSWORD={superuserPassword}",
            "--env", "POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256", image));
    }

    public override async Task<int?> RunningPort()
    {
        var answer = await Docker("port", name, "5432/tcp");
        return answer.Succeeded && answer.Output.Length > 0
            ? Number(answer.Output.Split('\n')[0].Split(':')[^1].Trim())
            : null;
    }

    // The container keeps its original port.
    public override async Task Start(int port) => Check(await Docker("start", name));

    public override async Task Stop() => Check(await Docker("stop", name));

    public override async Task Remove()
    {
        await Docker("rm", "--force", name);
        await Docker("volume", "rm", name);
    }

    private static Task<Tool.Answer> Docker(params string[] arguments) => Tool.Run(["docker", .. arguments]);

    private static void Check(Tool.Answer answer)
    {
        if (!answer.Succeeded)
        {
            throw new SetupException($"Docker failed: {answer.Output}");
        }
    }
}
