using RlsChat.Database;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// <c>make db-portable</c>: policies without sub-queries that admit the same people to the same rows.
/// <c>make test-rls-portable</c> runs every matrix under them.
/// </summary>
public sealed class PortableTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    /// <summary>Conditions on "Note", in which one is of the person's chat and one of nobody's; and what <see cref="Reads"/> then says.</summary>
    public static readonly TheoryData<string, string> Shapes = new()
    {
        { """ "userId" = (select auth.uid()) """, "mine" },
        { """ (select c."userId" from public."Chat" c where c."id" = "Note"."chatId") = (select auth.uid()) """, "mine" },
        { """ exists (select from public."Chat" c where c."id" = "Note"."chatId" and c."title" <> "Note"."text") """, "mine" },
        { """ (select true from public."Chat" "Note" where "Note"."id" = "chatId") """, "mine" },
        { """ "chatId" in (select c."id" from public."Chat" c) """, "mine" },
        { """ "chatId" not in (select c."id" from public."Chat" c) """, "" },
        { """ "number" < all (select n from generate_series(2, 3) n) """, "mine" },
        { """ "chatId" = any (array(select c."id" from public."Chat" c where c."userId" = (select auth.uid()))) """, "mine" },
        { """ "number" = any ((select array[1, 7])::integer[]) """, "mine" },
        { """ case when "number" = (with w as (select 1 as one) select w.one from w) then (select coalesce("Note"."userId", auth.uid()) = auth.uid()) else false end """, "mine" },
        { """ "text" <> ' ( SELECT "Note"."text") ' and (values (true)) """, "mine other" },
    };

    [Fact]
    public async Task No_policy_keeps_a_sub_query_and_a_matrix_holds()
    {
        var before = await Db.List(Portable.SubQueries);
        Assert.True(before.Count > 30 || Environment.GetEnvironmentVariable("RLSCHAT_TEST_PORTABLE") is not null);
        var lines = await Matrices.Check("Suggestion", Fixture, async db =>
        {
            Assert.Equal(before.Count, await Portable.Apply(db));
            Assert.Empty(await db.List(Portable.SubQueries));
            Assert.Equal(0, await Portable.Apply(db));
        });
        Assert.NotEqual(0, lines);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_condition_keeps_its_meaning(string condition, string read)
    {
        await MakeTable(condition);
        Assert.Equal(read, await Reads());
        Assert.True(await Portable.Apply(Db) > 0);
        Assert.Empty(await Db.List(Portable.SubQueries));
        Assert.Equal(read, await Reads());
    }

    [Theory]
    [InlineData("""exists (select from public."Chat" c where c."title" = "Note"::text)""", "it names the whole row")]
    [InlineData("""("userId", "chatId") in (select c."userId", c."id" from public."Chat" c)""", "subquery must return only one column")]
    public async Task What_cannot_be_rewritten_is_refused(string condition, string why)
    {
        await MakeTable(condition);
        Assert.Equal($"""Policy select_owner on public."Note" has a sub-query that cannot be rewritten: {why}""",
            (await Assert.ThrowsAsync<SetupException>(() => Portable.Apply(Db))).Message);
    }

    private async Task<string> Reads() =>
        string.Join(' ', await Db.As("owner").List("""select "text" from public."Note" order by "number" """));

    private async Task MakeTable(string condition)
    {
        await Rows.Chat(Db, "personal", People.Owner);
        await Db.AsRole("rlschat_owner").Do("""create table public."Note" ("text" text, "number" integer, "userId" uuid, "chatId" uuid)""");
        await Db.Do("""insert into public."Note" values ('mine', 1, [owner], [chat]), ('other', 2, [member], null)""");
        await Db.Do("""call app_private.reset_policies('public."Note"')""");
        await Db.Do("""grant select on public."Note" to regular_user""");
        await Db.Do($"""create policy select_owner on public."Note" for select to regular_user using ({condition})""");
    }
}
