"""The page: Gradio, torch-free, and nothing but the services behind it."""
