from airflow import DAG

dag = DAG("hello")
