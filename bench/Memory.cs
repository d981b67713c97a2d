namespace RlsChat.Bench;

/// <summary>Resident memory, idle and under load, and the time from the start of the process until it is ready.</summary>
internal static class Memory
{
    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        var requests = world.Subjects().Select(subject => Questions.MessagesOfChat.ForWrk(world, subject)).ToList();
        foreach (var (name, start) in new (string, Func<World, Task<Service>>)[]
            { ("API", Service.Api), ("Fastify", Service.SeedStack), ("EF Core", Service.Usual) })
        {
            var values = new Dictionary<string, List<double>> { ["ms to ready"] = [], ["resident MB, idle"] = [], ["resident MB, after load"] = [] };
            for (var round = 0; round < Program.Rounds; round++)
            {
                await using var service = await start(world);
                values["ms to ready"].Add(service.ToReady.TotalMilliseconds);
                await Task.Delay(Program.IsQuick ? 1_000 : 5_000);
                values["resident MB, idle"].Add(service.Memory);
                report.Same($"{name}: errors", [0], [(await Tool.Wrk(name, service, requests).Run(Program.Seconds * 2)).Errors]);
                values["resident MB, after load"].Add(service.Memory);
            }

            foreach (var (what, measured) in values)
            {
                report.Figures[$"{name}: {what}"] = Rounds.Quantile(measured, 0.5);
                report.Figures[$"{name}: {what}, at most"] = measured.Max();
            }
        }
    }
}
