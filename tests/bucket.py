"""Amazon's object store on loopback."""

import contextlib

from pyarrow import fs

NAME = "shop"
ACCESS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "loopback", "AWS_DEFAULT_REGION": "us-east-1"}


@contextlib.contextmanager
def serving():
    """A server with an empty bucket until the block ends; yields the variables by which it is found."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    variables = {**ACCESS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    login = {"aws_access_key_id": "tests", "aws_secret_access_key": "loopback", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=variables["AWS_ENDPOINT_URL"], **login).create_bucket(Bucket=NAME)
    try:
        yield variables
    finally:
        server.stop()


class Bucket:
    """Its objects, by name, as any other client sees them."""

    def __init__(self):
        self._files, _ = fs.FileSystem.from_uri(f"s3://{NAME}")

    def __iter__(self):
        found = self._files.get_file_info(fs.FileSelector(NAME, recursive=True))
        return iter(sorted(info.path.removeprefix(f"{NAME}/") for info in found if info.type == fs.FileType.File))

    def __getitem__(self, name):
        with self._files.open_input_stream(f"{NAME}/{name}") as file:
            return file.read()

    def __setitem__(self, name, content):
        with self._files.open_output_stream(f"{NAME}/{name}") as file:
            file.write(content)

    def clear(self):
        self._files.delete_dir_contents(NAME, missing_dir_ok=True)

    def copy(self):
        return {name: self[name] for name in self}

    def update(self, objects):
        for name, content in objects.items():
            self[name] = content
