using System.Text.Json;

namespace RlsChat.Bench;

/// <summary>
/// Requests over HTTP with a token, against pgbench with the same statements, the seed's stack under the same policies,
/// and the same API as it is usually written, without RLS. A ratio of 0.5 for pgbench means that the API does half of
/// its rate, one of 5 for a stack that it does five times that of the stack.
/// </summary>
internal static class Requests
{
    private static readonly string[] Fields = ["chatId", "userId", "role"];

    public static async Task Run(World world, IReadOnlyDictionary<string, Batch> recorded, Report report)
    {
        if (!Directory.Exists(Path.Combine(Service.Folder, "seed-stack", "node_modules")))
        {
            throw new InvalidOperationException("run npm ci in bench/seed-stack");
        }

        await using var api = await Service.Api(world);
        await using var usual = await Service.Usual(world);
        await using var seed = await Service.SeedStack(world);
        (string Name, Service Service)[] services = [("API", api), ("Fastify, Drizzle, RLS", seed), ("ASP.NET, EF Core, no RLS", usual)];
        var subjects = world.Subjects();
        foreach (var (name, service) in services)
        {
            foreach (var subject in subjects.Take(20))
            {
                await Check(name, service, subject);
            }
        }

        foreach (var question in new[] { Questions.MyChats, Questions.MessagesOfChat, Questions.NewMessage })
        {
            var requests = subjects.Select(subject => question.ForWrk(world, subject)).ToList();
            var sides = services.Select(service => Tool.Wrk(service.Name, service.Service, requests)).ToList();
            if (!Program.IsQuick)
            {
                foreach (var side in sides)
                {
                    await WarmUp(side);
                }
            }

            sides.Insert(1, Tool.Pgbench(world, "pgbench", recorded[question.Name], Service.Connections, subjects));
            await Rounds.Compare(report, $"{question.Line.Split(' ')[0]} {question.Name}", [.. sides]);
        }

        foreach (var (name, service) in services)
        {
            report.Figures[$"{name}: resident MB after the load"] = service.Memory;
        }

        // Until the runtime has compiled what is hot for good: from ten seconds of load to a minute.
        static async Task WarmUp(Side side)
        {
            Program.Say($"warming up: {side.Name}");
            for (var (before, turns) = (0.0, 0); turns < 6 && await side.Run(10) is var turn && turn.Rate > 1.05 * before; turns++)
            {
                before = turn.Rate;
            }
        }

        async Task Check(string name, Service service, Subject subject)
        {
            var chats = await Answer(Questions.MyChats);
            report.Same($"{name}: chats", Enumerable.Range(0, 20).Select(k => World.Id("chat", subject.Person + ((19 - k) * world.People))), Ids(chats));
            var messages = await Answer(Questions.MessagesOfChat);
            report.Same($"{name}: messages", Enumerable.Range(0, 50).Select(m => World.Id("message", (subject.Chat * 50L) + m)), Ids(messages));
            report.Same($"{name}: texts", Enumerable.Repeat("text", 50), messages.GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("parts")[0].GetProperty("type").GetString()));
            var posted = await Answer(Questions.NewMessage);
            report.Same($"{name}: a message", [subject.Values["team"], subject.Values["person"], "user"],
                Fields.Select(field => posted.GetProperty(field).GetString()));

            async Task<JsonElement> Answer(Question question)
            {
                using var response = await service.Send(question.Request(world, subject));
                var text = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement
                    : throw new InvalidOperationException($"{name}, {question.Name}: {(int)response.StatusCode} {text}");
            }
        }
    }

    private static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString());
}
