using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Proof.Plans;

/// <summary>
/// Every operation of the API as every kind of person, on 10^6 messages: no policy calls a function for each row of a
/// scan, no statement reads more than 50 times the rows of its page, and none misses its index.
/// </summary>
[Trait("Category", "Plans")]
public sealed class PlanTests(PlanWorld world) : IClassFixture<PlanWorld>
{
    /// <summary>
    /// Operations that cannot succeed here: GitHub's, and explanations, whose login is not configured. Those try statements
    /// of other people and evaluate their policies in parts, within a time limit.
    /// </summary>
    private static readonly string[] Elsewhere = ["auth.exchange", "monitor.explain", "monitor.who", "monitor.reach"];

    /// <summary>People who send no requests here: other tests and rows need them.</summary>
    private static readonly string[] Others = ["reader", "inviter"];

    [Fact]
    public async Task Every_statement_reads_little_more_than_its_page()
    {
        var contract = await Contract.At(world.Address);
        var (judge, faults, succeeded) = (await world.Judge(), new List<Fault>(), new HashSet<string>());
        var (requests, statements, worst) = (0, 0, (Ratio: 0.0, What: ""));
        foreach (var (name, person) in world.People.Where(person => !Others.Contains(person.Key)))
        {
            var asking = new Requests(world, contract, person);
            await asking.Look();
            foreach (var request in asking.All())
            {
                var answer = await Ask(request, "");
                if (answer.Status is >= 200 and < 300)
                {
                    succeeded.Add(request.Operation.Id!);
                    if (request.IsList && answer.NextCursor is { } cursor)
                    {
                        await Ask(request, $"&cursor={cursor}");
                    }
                }
            }

            async Task<Response> Ask(Request request, string more)
            {
                var (response, plans) = await world.Ask(() => request.Send(more));
                faults.AddRange(judge.Faults($"{request.Operation.Id} by {name}, {request.About}: {response.Question}, {response.Status}", plans));
                (requests, statements) = (requests + 1, statements + plans.Count);
                foreach (var plan in plans.Where(plan => judge.Ratio(plan) > worst.Ratio))
                {
                    worst = (judge.Ratio(plan), $"{request.Operation.Id} by {name}");
                }

                return response;
            }
        }

        Figures.Add("plans.requests", requests);
        Figures.Add("plans.statements judged", statements);
        Figures.Add($"plans.rows read for a row of the page, at most, by {worst.What}", (long)Math.Ceiling(worst.Ratio));
        Assert.True(faults.Count == 0, Text(faults));
        var hollow = contract.Operations.Where(Requests.IsAsked).Select(operation => operation.Id!).Except(succeeded).Except(Elsewhere).ToList();
        Assert.True(hollow.Count == 0,
            $"Nobody succeeds at {string.Join(", ", hollow)}: add rows to tests/proof/Plans/rows.sql and their ids to {nameof(Requests)}");
    }

    [Fact]
    public async Task Delivery_of_live_events_reads_little_more_than_its_page()
    {
        var reader = world.People["reader"];
        var chat = (await reader.Get("/chats?scope=organization")).Is(200).Ids[0];
        var (_, plans) = await world.Ask(async () =>
        {
            await using var mine = await Follower.Of(reader, world.Address, "/me/events");
            await using var one = await Follower.Of(reader, world.Address, $"/chats/{chat}/events");
            var message = await reader.Say(chat);
            await mine.Hears("message.created", message);
            await one.Hears("message.created", message);
            return true;
        });
        Assert.Contains(plans, plan => plan.Text.Contains("auth.deliver(", StringComparison.Ordinal));
        var faults = (await world.Judge()).Faults("live delivery", plans).ToList();
        Assert.True(faults.Count == 0, Text(faults));
    }

    // The controls: each rule is broken on purpose, and named.

    [Fact]
    public async Task A_missing_index_is_found()
    {
        const string name = "public.\"Chat_userId_idx\"";
        var definition = await world.Ask<string>("select pg_get_indexdef(to_regclass($1))", name);
        await world.Run($"drop index {name}");
        try
        {
            Assert.Contains("misses its index: Bitmap Heap Scan of Chat", await Broken("/chats"));
        }
        finally
        {
            await world.Run(definition);
        }
    }

    [Fact]
    public async Task An_index_that_is_read_whole_is_found()
    {
        await world.Run("""create index plans_control on public."Document" using gist (("id"::text), "userId")""");
        try
        {
            Assert.Contains("reads all of an index that begins with (id::text): Bitmap Index Scan of plans_control", await Broken("/documents?scope=organization"));
        }
        finally
        {
            await world.Run("drop index public.plans_control");
        }
    }

    [Fact]
    public async Task A_policy_that_calls_a_function_for_each_row_is_found() =>
        Assert.Contains("calls a function for each of", await Broken(
            "/chats?scope=public", "Chat", "org_access", "\"organizationId\" = auth.organization_id()"));

    [Fact]
    public async Task A_function_of_each_row_behind_a_sub_select_is_found() =>
        Assert.Contains("executes a statement", await Broken(
            "/chats/[chat]/messages?limit=100", "Message", "select_reader", "(select auth.can_write_chat(\"chatId\"))"));

    [Fact]
    public async Task A_policy_that_reads_all_chats_for_a_page_is_found() =>
        Assert.Contains("more than 50 times its page", await Broken(
            "/chats/[chat]/messages", "Message", "select_reader", "\"chatId\" in (select c.\"id\" from public.\"Chat\" c)"));

    /// <summary>The faults of a request while a policy decides by this expression.</summary>
    private async Task<string> Broken(string path, string table, string policy, string expression)
    {
        var before = await world.Ask<string>("select qual from pg_policies where tablename = $1 and policyname = $2", table, policy);
        await world.Run($"alter policy {policy} on public.\"{table}\" using ({expression})");
        try
        {
            return await Broken(path);
        }
        finally
        {
            await world.Run("set search_path = public", $"alter policy {policy} on public.\"{table}\" using ({before})");
        }
    }

    private async Task<string> Broken(string path)
    {
        var reader = world.People["reader"];
        var chat = await world.Ask<Guid>(
            """select "id" from public."Chat" where "userId" = $1 and "organizationId" is not null limit 1""", reader.Id);
        var (response, plans) = await world.Ask(() => reader.Get(path.Replace("[chat]", $"{chat}", StringComparison.Ordinal)));
        response.Is(200);
        return Text([.. (await world.Judge()).Faults(path, plans)]);
    }

    /// <summary>One of each cause, with the number of the others.</summary>
    private static string Text(List<Fault> faults) => string.Join("\n\n", faults.GroupBy(fault => fault.Cause)
        .Select(same => same.First().Text + (same.Count() > 1 ? $"\n  … and in {same.Count() - 1} more requests" : "")));
}
