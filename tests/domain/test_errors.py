import pickle

from profile_studio.domain import errors


def test_the_drawn_tree_names_every_error_with_its_kind() -> None:
    assert errors.__doc__ is not None
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, errors.ProfileStudioError):
            line = next(line for line in errors.__doc__.splitlines() if f"{value.__name__} " in line)
            assert f'"{value.kind}"' in line or value is errors.InputError


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(errors.UnknownJob("No job {job!r}.", "List them.", job="x")))
    assert (error.message, error.fix, error.exit_code) == ("No job 'x'.", "List them.", 2)
    assert (error.message.template, error.message.values) == ("No job {job!r}.", {"job": "x"})
