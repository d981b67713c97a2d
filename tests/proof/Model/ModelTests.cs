using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// The database and the model (<see cref="Rules"/>) agree on every row, whoever asks, in random worlds.
/// It goes on until it has checked 100,000 cells of (person, table, command, row), unless
/// RLSCHAT_MODEL_WORLDS says how many worlds are enough.
/// </summary>
[Collection(ModelDatabase.Name)]
public sealed class ModelTests(DatabaseFixture fixture)
{
    private const int LeastCells = 100_000;

    [Fact]
    public void Every_row_of_every_command_is_as_the_model_says()
    {
        var before = Cells.OfTheModel;
        do
        {
            Worlds.Drafts.Sample(Sampling.Worlds, drafts => Agree(Worlds.Of(drafts)), drafts => Print.World(Worlds.Of(drafts)));
        }
        while (!Sampling.IsEnough && Cells.OfTheModel - before < LeastCells);
    }

    private void Agree(World world)
    {
        using var database = new Database(fixture, world);
        var before = Table.All.ToDictionary(t => t, t => t.IsView ? [] : database.Truth($"select {t.Key} from {t.Name}"));
        foreach (var who in world.Everyone)
        {
            Disagreement.Find(database, who,
                [.. new Statements(world, who, before, database.Version).All(), .. new Additions(world, who).All(), .. new Crossings(world, who).All()]);
            Copies.Agree(database, world, who);
        }
    }
}

/// <summary>The model's worlds have a database of their own: their loading locks its tables.</summary>
[CollectionDefinition(Name)]
public sealed class ModelDatabase : ICollectionFixture<DatabaseFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "model";
}
